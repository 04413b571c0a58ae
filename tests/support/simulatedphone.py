"""
A telephone of the simulation, made of the same stack as the servers.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network

from twisted.internet.defer import Deferred
from zope.interface import implementer

from h323d.call.gates import Gates
from h323d.call.homes import Advertised
from h323d.call.legs import ILeg, ILegObserver, ILegOwner, ITransferRequest
from h323d.call.media import IMediaPort, IMixerObserver, ISampleSource, PortStatistics
from h323d.call.particulars import NOTHING_MORE, Particulars
from h323d.call.site import siteAt
from h323d.call.transfers import MAXIMUM_TRANSFERS, Transfers
from h323d.call.ways import Way
from h323d.dsp.tones import Tone
from h323d.events.bus import EventBus
from h323d.h323.calls.admission import AdmissionGrant, AdmissionRequest
from h323d.h323.calls.callsigning import CallSigning
from h323d.h323.calls.callstart import StartUpOptions
from h323d.h323.config import H323Config
from h323d.h323.endpoint import H323Endpoint
from h323d.h323.ras.client import EndpointProfile, RASClient
from h323d.media.audio.files import ToneSource
from h323d.media.config import MediaConfig
from h323d.sip.calls.originator import SIPOriginator
from h323d.sip.config import SIPConfig
from h323d.sip.digest.answering import NO_SECRETS
from h323d.sip.endpoint import SIPEndpoint
from h323d.sip.signing import Signing
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.ed25519 import SigningIdentity
from h323d.values.identifiers import CallID
from h323d.values.media.digits import DigitMethod
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import Stream
from h323d.values.proceeding import Proceeding
from tests.support.simulation import Media, Recording, Simulation
from tests.support.surroundings import surroundingsOf

__all__ = ["PROFILE", "LocalParty", "Telephone", "named"]

PROFILE = MediaProfile.audio((G711_ULAW, G711_ALAW))
TERMINAL = 50  # the terminalType of a terminal (H.323, table 1)
LEVEL = -16.0  # dBov, of the tones that are played
MEDIA = MediaConfig(maximumPorts=4, tickMs=20)


def named(alias: str) -> PartyAddress:
    """
    An alias of the kind that it looks like.
    """
    if alias.startswith("sip:"):
        return PartyAddress(AddressKind.URL, alias)
    kind = AddressKind.DIALLED_DIGITS if alias.isdigit() else AddressKind.H323_ID
    return PartyAddress(kind, alias)


@implementer(ILegObserver, IMixerObserver)
class LocalParty:
    """
    Somebody who speaks a tone into one call, and listens.

    @ivar reports: what the leg reported, in order.
    @ivar lengths: of the keys that were pressed at the other end, milliseconds.
    @ivar heard: what came out of the earpiece.
    """

    def __init__(self, media: Media, tone: int) -> None:
        self.tone = tone
        self.reports: list[str] = []
        self.streams: list[Stream] = []
        self.digits: list[tuple[str, DigitMethod]] = []
        self.lengths: list[int] = []
        self.cause: Cause | None = None
        self.leg: ILeg | None = None
        self.heard = Recording()
        self._port: IMediaPort | None = None
        self._mixer = media.pool.openMixer(self)
        self._mixer.attach(ISampleSource(ToneSource(Tone((tone,), LEVEL))), self.heard)

    @property
    def speaking(self) -> bool:
        """
        Whether there is media.
        """
        return self._port is not None

    def statistics(self) -> PortStatistics:
        """
        How the call's media fares.
        """
        return PortStatistics() if self._port is None else self._port.statistics()

    def hangup(self) -> None:
        """
        End the call.
        """
        if self.leg is not None:
            self.leg.hangup(Cause.NORMAL_CALL_CLEARING)

    def stop(self) -> None:
        """
        Begin to leave.
        """
        self.hangup()

    def close(self) -> None:
        """
        Speak and hear no more.
        """
        self._mixer.close()

    def legDialled(self, leg: ILeg) -> None:
        pass

    def legProceeding(self, leg: ILeg, how: Proceeding = Proceeding.UNDER_WAY) -> None:
        self.reports.append("proceeding")

    def legAlerting(self, leg: ILeg) -> None:
        self.reports.append("alerting")

    def legAnswered(self, leg: ILeg) -> None:
        self.reports.append("answered")

    def legMediaReady(self, leg: ILeg, port: IMediaPort, stream: Stream) -> None:
        self.reports.append("media")
        self.streams.append(stream)
        if self._port is not port:
            self._port = port
            self._mixer.join(port)

    def legMediaLost(self, leg: ILeg, medium: Medium) -> None:
        self.reports.append("mediaLost")

    def legDigit(self, leg: ILeg, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self.digits.append((digit, method))
        self.lengths.append(milliseconds)

    def legPictureWanted(self, leg: ILeg) -> None:
        pass

    def legTransferRequested(self, leg: ILeg, request: ITransferRequest) -> None:
        self.reports.append(f"transfer to {request.way.called[0]}")

    def legReplaced(self, leg: ILeg, by: ILeg) -> None:
        by.reject(Cause.FACILITY_REJECTED)

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        self.reports.append("released")
        self.cause = cause
        port, self._port, self.leg = self._port, None, None
        if port is not None:
            self._mixer.leave(port)

    def activeSpeaker(self, portId: int | None) -> None:
        """
        There is one other party only.
        """

    def levels(self, levels: Mapping[int, float]) -> None:
        """
        The recording is measured instead.
        """


@implementer(ILegOwner)
class Telephone(LocalParty):
    """
    A telephone that calls and is called, by H.323 and by SIP, one call at a time.

    @ivar registrations: what the gatekeeper made of us, in order.
    """

    def __init__(
        self,
        world: Simulation,
        address: str,
        alias: str,
        tone: int = 1000,
        gatekeeper: TransportAddress | None = None,
        zone: str = "",
        timeToLive: int = 300,
        media: MediaConfig = MEDIA,
        sip: SIPConfig | None = None,
        transfers: int = MAXIMUM_TRANSFERS,
        sound: str = "",
        signs: SigningIdentity | None = None,
    ) -> None:
        """
        @param tone: what is said into it, Hz.
        @param gatekeeper: asked for every call by H.323, once L{register} was called.
        @param zone: the gatekeeper identifier of the only one that is meant; empty for any.
        @param transfers: how often one call lets itself be transferred.
        @param sound: the address of its media in H.323, as a large gateway's is another.
        @param signs: as whom it signs its Setups, INVITEs and answers.
        """
        host = world.network.host(address)
        rng = world.chance(address)
        events = EventBus()
        self.gates = Gates(world.clock, events, ())
        self.alias = alias
        self.address = address
        self.registrations: list[str] = []
        self._calls = 0
        self._transfers = Transfers(transfers)
        bySIP, byH323 = siteAt(address), siteAt(address)
        if sound:
            byH323.homes.advertise([Advertised(ip_network("0.0.0.0/0"), sound)])
        there = world.network.host(sound or address)
        self._media = Media(media, there, rng, world.clock, sound, codecs=world.codecs)
        super().__init__(self._media, tone)
        around = surroundingsOf(host, world.clock, rng, self._media.pool, events)
        secrets = NO_SECRETS if signs is None else Signing(signs, world.clock, rng)
        config = sip or SIPConfig(user=alias)
        self._sip = SIPEndpoint(config, around, bySIP, self, secrets=secrets)
        self._h323 = H323Endpoint(
            H323Config(name=alias, terminalType=TERMINAL),
            around,
            byH323,
            self,
            admitter=None if gatekeeper is None else self,
            signing=None if signs is None else CallSigning(signs, world.clock, rng),
        )
        world.trace.follow(address, events)
        self._sip.start()
        self._h323.start()
        self._ras: RASClient | None = None
        if gatekeeper is not None:
            profile = EndpointProfile(
                self._h323.address, (named(alias),), gatekeeper, zone, timeToLive=timeToLive
            )
            here = TransportAddress(address, 0)
            self._ras = RASClient(profile, around, here, self)
        self._media.start()
        world.add(self)

    @property
    def ras(self) -> RASClient:
        """
        The registration; there is one only where there is a gatekeeper.
        """
        assert self._ras is not None
        return self._ras

    def register(self) -> None:
        """
        Look for the gatekeeper, and stay registered.
        """
        self.ras.start()

    def call(
        self,
        target: str,
        options: StartUpOptions | None = None,
        destination: TransportAddress | None = None,
        profile: MediaProfile = PROFILE,
        particulars: Particulars = NOTHING_MORE,
    ) -> ILeg:
        """
        Call a SIP URI by SIP, and any other name by H.323.

        @param destination: where the Setup goes, without a gatekeeper's help.
        """
        self._transfers.begin()
        protocol = "sip" if target.startswith("sip:") else "h323"
        return self._call(
            Way(protocol, destination, (named(target),)), options, profile, particulars
        )

    def _call(
        self,
        way: Way,
        options: StartUpOptions | None = None,
        profile: MediaProfile = PROFILE,
        particulars: Particulars = NOTHING_MORE,
    ) -> ILeg:
        self._calls += 1
        callId = CallID(f"{self.alias}-{self._calls}")
        calling = (named(self.alias),)
        leg: ILeg
        if way.protocol == "sip":
            leg = SIPOriginator(self._sip).originate(
                callId, calling, way, profile, self, particulars
            )
        else:
            leg = self._h323.originator.originate(
                callId, calling, way, profile, self, particulars, options
            )
        self.leg = leg
        return leg

    def hangup(self) -> None:
        self._transfers.cancel()
        super().hangup()

    def stop(self) -> None:
        """
        Hang up, and unregister.
        """
        super().stop()
        if self._ras is not None:
            self._ras.stop()

    def close(self) -> None:
        """
        Free every socket.
        """
        if self._ras is not None:
            self._ras.close()
        self._sip.close()
        self._h323.close()
        super().close()
        self._media.stop()

    # Of the switch's duties, the one that a telephone has.

    def legOffered(self, leg: ILeg) -> None:
        leg.observe(self)
        self.leg = leg
        self._transfers.begin()
        self.reports.append("offered")
        leg.answer(PROFILE)

    def legTransferRequested(self, leg: ILeg, request: ITransferRequest) -> None:
        super().legTransferRequested(leg, request)
        self._transfers.obey(leg, request)

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        super().legReleased(leg, cause)
        onward = self._transfers.take()
        if onward is not None:
            self._call(onward)

    # What the endpoint asks of the registration.

    def concerns(self, request: AdmissionRequest) -> bool:
        return True

    def admit(self, request: AdmissionRequest) -> Deferred[AdmissionGrant]:
        return self.ras.calls.admit(request)

    def answered(self, request: AdmissionRequest) -> None:
        self.ras.calls.answered(request)

    def disengage(self, request: AdmissionRequest, cause: Cause) -> None:
        self.ras.calls.disengage(request, cause)

    # What the registration reports.

    def rasRegistered(self, endpointIdentifier: str, aliases: tuple[PartyAddress, ...]) -> None:
        self.registrations.append("registered")

    def rasRegistrationLost(self, reason: str) -> None:
        self.registrations.append(f"lost: {reason}")

    def rasRegistrationFailed(self, reason: str, permanent: bool) -> None:
        self.registrations.append(f"failed: {reason}")

    def rasUnregistered(self) -> None:
        self.registrations.append("unregistered")

    def rasCallDropped(self, request: AdmissionRequest) -> None:
        self.hangup()
