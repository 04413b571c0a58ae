"""
Calls from one of two telephones to the other through the gateway, and telephones by SIP that say
what none of ours would.
"""

from __future__ import annotations

from h323d.config.sections import Configuration
from h323d.gatekeeper.routing.config import RoutingConfig, StaticRoute
from h323d.gateway.config import GatewayConfig
from h323d.h323.calls.callstart import StartUpOptions
from h323d.h323.config import H323Config
from h323d.media.config import MediaConfig
from h323d.sip.config import SIPConfig
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from tests.support.bridged import SERVER, SIP, Phone, SIPPhone, h323Phone, sipPhone
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.sippeers import ScriptedPeer, offerBody, request, responseTo

__all__ = [
    "ALICE",
    "BOB",
    "HOSTS",
    "STARTS",
    "SIPScript",
    "called",
    "heard",
    "heardEachOther",
    "newPhone",
    "newServer",
    "phones",
    "serverBefore",
    "talking",
]

ALICE, BOB = 400, 700  # Hz
HOSTS = "10.0.1.1", "10.0.1.2"
USUAL = (
    "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, NOTIFY, SUBSCRIBE, MESSAGE\n"
    "Supported: replaces, timer\nUser-Agent: a telephone that says as much as others do/1.0\n"
    "Accept: application/sdp, application/dtmf-relay\nAccept-Language: en, de, fr\n"
    "Date: Sat, 13 Nov 2010 23:29:00 GMT\nOrganization: of those who say so\n"
)
"""
What most telephones say in an INVITE beside what matters; how much we say to somebody unproven
depends on that (L{h323d.sip.proof}).
"""
STARTS = {
    "fast": StartUpOptions(True, True, False),
    "slow, tunnelled": StartUpOptions(False, True, False),
    "slow, H.245 apart": StartUpOptions(False, False, False),
    "slow, early": StartUpOptions(False, True, True),
    "fast, parallel": StartUpOptions(True, True, True),
}
"""
Every way in which H.323 starts the media of a call.
"""


def serverBefore(
    world: Simulation, terminal: str, number: str, trusted: tuple[str, ...] = ()
) -> SimulatedServer:
    """
    A server through which anybody may call a terminal that is not registered.

    @param terminal: its address.
    @param number: that leads there.
    @param trusted: networks that are, by SIP.
    """
    route = StaticRoute(number, to=(f"{terminal}:1720",))
    return world.server(
        SERVER,
        Configuration(
            routing=RoutingConfig(routes=(route,)),
            gateway=GatewayConfig(acceptUnregistered=True),
            sip=SIPConfig(trustedNetworks=trusted),
        ),
    )


def newServer(world: Simulation, start: str = "fast", tickMs: int = 20) -> SimulatedServer:
    """
    A server that starts its calls by H.323 in a way of L{STARTS}.

    @param tickMs: of its media plane: no packet is shorter.
    """
    options = STARTS[start]
    h323 = H323Config(
        fastStart=options.fastStart, tunnelling=options.tunnelling, earlyH245=options.earlyH245
    )
    return world.server(SERVER, Configuration(h323=h323, media=MediaConfig(tickMs=tickMs)))


def newPhone(world: Simulation, protocol: str, who: int, *formats: MediaFormat) -> Phone:
    """
    Alice's telephone, or Bob's.
    """
    make = sipPhone if protocol == "sip" else h323Phone
    return make(world, HOSTS[who], f"100{who + 1}", (ALICE, BOB)[who], *formats)


def phones(world: Simulation, calling: str, called: str) -> tuple[Phone, Phone]:
    """
    Alice, who speaks A-law alone, and Bob, who speaks mu-law alone.
    """
    return newPhone(world, calling, 0, G711_ALAW), newPhone(world, called, 1, G711_ULAW)


def called(alice: Phone, start: str = "fast", number: str = "1002") -> None:
    """
    Let Alice call, in a way of L{STARTS} if it is by H.323.
    """
    if isinstance(alice, SIPPhone):
        alice.dial(f"sip:{number}@{SERVER}")
    else:
        alice.call(number, STARTS[start], profile=alice.speaks)


def talking(
    world: Simulation, calling: str, calledBy: str, start: str = "fast"
) -> tuple[Phone, Phone]:
    """
    Alice and Bob talk.
    """
    alice, bob = phones(world, calling, calledBy)
    called(alice, start)
    world.until(lambda: alice.speaking and bob.speaking)
    world.run(0.5)
    assert heardEachOther(alice, bob)
    return alice, bob


def heard(alice: Phone, bob: Phone) -> tuple[list[int], list[int]]:
    """
    What each of them has heard lately.
    """
    tones = ALICE, BOB
    return alice.heard.heard(tones), bob.heard.heard(tones)


def heardEachOther(alice: Phone, bob: Phone) -> bool:
    return heard(alice, bob) == ([BOB], [ALICE])


class SIPScript:
    """
    A registered telephone that says by SIP what a test has it say, and nothing else.

    @ivar host: its address.
    """

    def __init__(self, world: Simulation, who: int) -> None:
        """
        @param who: 0 for Alice's, 1 for Bob's.
        """
        self.host = HOSTS[who]
        self._alias = f"100{who + 1}"
        sipPhone(world, self.host, self._alias, 1000).close()
        self._world = world
        self._cseq = 1
        self._toTag = ""
        self._sender = f"Script <sip:{self._alias}@{self.host}>"
        self.peer = ScriptedPeer(world, self.host)
        world.add(self)

    def stop(self) -> None:
        """
        It has nothing to say.
        """

    def close(self) -> None:
        """
        Free the port.
        """
        self.peer.port.close()

    # What it says.

    def invite(
        self, body: str = "", extra: str = "", number: str = "1002", sender: str = ""
    ) -> None:
        """
        Call.

        @param extra: more header lines, each with its line feed.
        @param sender: what From says, without the tag.
        """
        self._sender = sender or self._sender
        self._send(self._request("INVITE", body, USUAL + extra, f"sip:{number}@{SERVER}"))

    def inDialog(self, method: str, body: str = "", extra: str = "", cseq: int = 0) -> None:
        """
        Send a request of the call that it has made; an ACK has the number of the last INVITE.
        """
        if method not in ("ACK", "CANCEL"):
            self._cseq += 1
        accepted = [each for each in self.responses() if each.status == 200]
        if accepted:
            self._toTag = (accepted[-1].headers.get("To") or "").partition("tag=")[2]
        self._send(self._request(method, body, extra, f"sip:1002@{SERVER}", self._toTag))

    def answer(self, status: int, body: str = "", extra: str = "", tag: str = "far") -> None:
        """
        Answer the last INVITE that came.
        """
        self._world.until(lambda: self.requests("INVITE"))
        octets = responseTo(self.requests("INVITE")[-1], status, tag=tag, body=body)
        text = octets.replace(b"script@10.0.0.3", f"{self._alias}@{self.host}".encode())
        if extra:
            head = extra.replace("\n", "\r\n").encode()
            text = text.replace(b"Call-ID:", head + b"Call-ID:", 1)
        self.peer.send(text, SIP)
        self._world.run(0.05)

    def ask(self, method: str, body: str = "", extra: str = "") -> None:
        """
        Send a request of the call that it was called for; an ACK is for its last INVITE.
        """
        invite = self.requests("INVITE")[0]
        sender, to = invite.headers.get("From"), invite.headers.get("To")
        self._cseq += method != "ACK"
        octets = body.replace("\n", "\r\n").encode()
        content = "Content-Type: application/sdp\n" if body and "Content-Type" not in extra else ""
        self._send(
            f"{method} {self._target(invite)} SIP/2.0\n"
            f"Via: SIP/2.0/UDP {self.host};rport;branch=z9hG4bK{method}{self._cseq}\n"
            f"Max-Forwards: 70\nFrom: {to};tag=far\nTo: {sender}\nCall-ID: {invite.callId}\n"
            f"CSeq: {self._cseq} {method}\nContact: <sip:{self._alias}@{self.host}>\n"
            f"{extra}{content}Content-Length: {len(octets)}\n\n{body}"
        )

    @staticmethod
    def _target(invite: SIPRequest) -> str:
        assert invite.contact is not None
        return str(invite.contact.uri)

    # What it has heard.

    def requests(self, method: str) -> list[SIPRequest]:
        """
        What came of one kind.
        """
        messages = self.peer.messages
        return [each for each in messages if isinstance(each, SIPRequest) and each.method == method]

    def responses(self) -> list[SIPResponse]:
        """
        All that came.
        """
        return [each for each in self.peer.messages if isinstance(each, SIPResponse)]

    @property
    def isAnswered(self) -> bool:
        """
        Whether a response was final.
        """
        return any(each.isFinal for each in self.responses())

    @property
    def final(self) -> SIPResponse:
        """
        The last response that was final.
        """
        return [each for each in self.responses() if each.isFinal][-1]

    def offer(self, formats: str = "0 8", direction: str = "sendrecv") -> str:
        """
        A description of its own.
        """
        return offerBody(self.host, formats, direction)

    def _request(self, method: str, body: str, extra: str, uri: str, toTag: str = "") -> str:
        text = request(
            method,
            branch=f"z9hG4bK{method}{self._cseq}" if method != "CANCEL" else "z9hG4bKINVITE1",
            cseq=self._cseq,
            toTag=toTag,
            body=body,
            extra=extra,
            uri=uri,
            via=f"SIP/2.0/UDP {self.host};rport",
        )
        text = text.replace("From: Script <sip:script@10.0.0.3>", f"From: {self._sender}")
        return text.replace("script@10.0.0.3", f"{self._alias}@{self.host}")

    def _send(self, text: str) -> None:
        self.peer.send(text, SIP)
        self._world.run(0.05)
