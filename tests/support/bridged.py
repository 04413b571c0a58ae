"""
Telephones that reach each other through the gateway: one that registers by SIP, beside those
that register by H.323 (L{tests.support.simulatedphone.Telephone}).
"""

from __future__ import annotations

from zope.interface import implementer

from h323d.call.legs import ILeg
from h323d.call.transport import IDatagramUser
from h323d.net.datagram import Datagrams
from h323d.sip.messages.message import SIPResponse
from h323d.sip.messages.parser import parse
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.formats import MediaFormat
from h323d.values.media.profile import MediaProfile
from tests.support.simulatedphone import PROFILE, Telephone
from tests.support.simulation import Simulation

__all__ = ["SERVER", "SIP", "Phone", "SIPPhone", "h323Phone", "sipPhone"]

SERVER = "10.0.0.1"
RAS = TransportAddress(SERVER, 1719)
SIP = TransportAddress(SERVER, 5060)
REGISTERING_PORT = 5070  # its REGISTER comes from here, and names the port of its calls


class Phone(Telephone):
    """
    A telephone that rings as long as nobody answers, and speaks what it is said to.

    @ivar speaks: what it answers with.
    @ivar answers: whether it does so at once; otherwise with L{pickUp} or L{refuse}.
    """

    speaks = PROFILE
    answers = True

    def legOffered(self, leg: ILeg) -> None:
        leg.observe(self)
        self.leg = leg
        self.reports.append("offered")
        if self.answers:
            leg.answer(self.speaks)
        else:
            leg.alert(None)

    def dial(self, target: str) -> None:
        """
        Call, with what it speaks.
        """
        self.call(target, profile=self.speaks)

    def pickUp(self) -> None:
        """
        Answer.
        """
        assert self.leg is not None
        self.leg.answer(self.speaks)

    def speakEarly(self) -> None:
        """
        Let the caller hear us before the answer.
        """
        assert self.leg is not None
        self.leg.alert(self.speaks)

    def refuse(self, cause: Cause) -> None:
        """
        Do not answer.
        """
        assert self.leg is not None
        self.leg.reject(cause)


@implementer(IDatagramUser)
class SIPPhone(Phone):
    """
    One that registers by SIP.

    @ivar over: the transport by which it wants to be called.
    @ivar q: how good a place this is; empty for the best.
    """

    over = "udp"
    q = ""

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        message = parse(data)
        assert isinstance(message, SIPResponse)
        self.registrations.append("registered" if message.status == 200 else str(message.status))

    def registerBySIP(self, world: Simulation) -> None:
        """
        Send a REGISTER.
        """
        here = TransportAddress(self.address, REGISTERING_PORT)
        q = f";q={self.q}" if self.q else ""
        port = Datagrams(world.network.host(self.address)).bind(here, self)
        port.send(
            (
                f"REGISTER sip:{SERVER} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {here};branch=z9hG4bK{self.alias}\r\n"
                f"Max-Forwards: 70\r\nFrom: <sip:{self.alias}@{SERVER}>;tag=1\r\n"
                f"To: <sip:{self.alias}@{SERVER}>\r\nCall-ID: {here}\r\nCSeq: 1 REGISTER\r\n"
                f"Contact: <sip:{self.alias}@{self.address};transport={self.over}>{q}\r\nExpires: 3600\r\n"
                "Content-Length: 0\r\n\r\n"
            ).encode(),
            SIP,
        )
        world.until(lambda: self.registrations)
        port.close()


def sipPhone(
    world: Simulation,
    host: str,
    alias: str,
    tone: int,
    *formats: MediaFormat,
    over: str = "udp",
    q: str = "",
) -> SIPPhone:
    """
    A registered SIP phone.

    @param formats: all that it speaks, if not everything.
    @param over: the transport by which it wants to be called.
    @param q: how good a place this is; empty for the best.
    """
    phone = SIPPhone(world, host, alias, tone)
    phone.over, phone.q = over, q
    if formats:
        phone.speaks = MediaProfile.audio(formats)
    phone.registerBySIP(world)
    assert {*phone.registrations} == {"registered"}  # an answer by UDP may come twice
    return phone


def h323Phone(world: Simulation, host: str, alias: str, tone: int, *formats: MediaFormat) -> Phone:
    """
    A registered H.323 terminal.

    @param formats: all that it speaks, if not everything.
    """
    phone = Phone(world, host, alias, tone, gatekeeper=RAS)
    if formats:
        phone.speaks = MediaProfile.audio(formats)
    phone.register()
    world.until(lambda: phone.registrations == ["registered"])
    return phone
