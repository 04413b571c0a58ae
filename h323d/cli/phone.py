"""
One party: a telephone made of the server's own stack.

It calls or answers by H.323 or SIP, plays and records local sound, and tells
what happens.  L{h323d.cli.call} gives it a command line.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from zope.interface import implementer

from h323d.call.gates import Gates
from h323d.call.legs import ILeg, ILegOwner, ITransferRequest, LegDirection
from h323d.call.media import IMediaPort, IMixerObserver, ISampleSink, ISampleSource, PortStatistics
from h323d.call.observer import SilentObserver
from h323d.call.particulars import Particulars
from h323d.call.site import siteAt
from h323d.call.surroundings import Surroundings
from h323d.call.transfers import Transfers
from h323d.call.transport import IStreamOpener
from h323d.call.ways import Way
from h323d.cli.phonesettings import PhoneOwner, PhoneSettings
from h323d.cli.sipregistration import SIPRegistration
from h323d.events.bus import EventBus
from h323d.h323.calls.admission import AdmissionGrant, AdmissionRequest
from h323d.h323.calls.callsigning import CallSigning
from h323d.h323.config import H323Config
from h323d.h323.endpoint import H323Endpoint
from h323d.h323.ports import SIGNALLING_PORT
from h323d.h323.ras.client import EndpointProfile, RASClient
from h323d.h323.signalling.addresses import hostOf
from h323d.h323.signalling.endpointtype import terminalType
from h323d.inputs import Inputs
from h323d.media.thread import newMediaService
from h323d.net.datagram import Datagrams
from h323d.net.names import SystemNames
from h323d.net.stream import StreamListener, StreamOpener
from h323d.net.tls import Credentials, TLSOpener
from h323d.sip.calls.originator import SIPOriginator
from h323d.sip.config import SIPConfig
from h323d.sip.digest.answering import NO_SECRETS, Secrets
from h323d.sip.endpoint import SIPEndpoint
from h323d.sip.signing import Signing
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import newCallID
from h323d.values.media.digits import DigitMethod
from h323d.values.media.direction import Direction
from h323d.values.media.medium import Medium
from h323d.values.media.streams import Stream
from h323d.values.proceeding import Proceeding
from h323d.values.tlspeer import CertificateFiles, ClientCertificates, TLSPeer

__all__ = ["Phone"]

TERMINAL = 50  # the terminalType of a terminal (H.323, table 1)
DNS_TIMEOUT = 3.0  # seconds


@implementer(ILegOwner, IMixerObserver)
class Phone(SilentObserver):
    """
    One party, in one call at a time.

    @ivar gates: none stands there: a phone takes whom its user likes.
    @ivar leg: the call; C{None} while there is none.
    """

    def __init__(
        self,
        settings: PhoneSettings,
        owner: PhoneOwner,
        source: ISampleSource | None,
        sink: ISampleSink | None,
        reactor: Any,
        tapped: Callable[[Surroundings], Surroundings] | None = None,
    ) -> None:
        """
        @param reactor: Any: of many interfaces.
        @param tapped: puts others before what the calls would have: a pool of media, a log of
            wires.
        """
        self._settings = settings
        self._owner = owner
        self._reactor = reactor
        self._rng = random.SystemRandom()
        pool, self._media = newMediaService(
            settings.media, self._rng, reactor, Inputs(), reactor.callFromThread, settings.codecs
        )
        self._world = Surroundings(
            reactor,
            self._rng,
            Datagrams(reactor),
            StreamListener(reactor),
            StreamOpener(reactor),
            pool,
            EventBus(),
            deferToThread,
        )
        if tapped is not None:
            self._world = tapped(self._world)
        self.gates = Gates(reactor, self._world.events, ())
        self._sip = self._newSIP()
        self._h323 = self._newH323()
        self._ras: RASClient | None = None
        self._registration: SIPRegistration | None = None
        self._mixer = pool.openMixer(self)
        self._mixer.attach(source, sink)
        self._port: IMediaPort | None = None
        self._transfers = Transfers(settings.transfers)
        self.leg: ILeg | None = None

    def start(self) -> dict[str, str]:
        """
        Bind, and register where there is a gatekeeper to register with.

        @return: where calls are taken, by protocol.

        @raise h323d.errors.ResourceUnavailable: something cannot be bound.
        """
        self._sip.start()
        self._h323.start()
        if self._settings.gatekeeper is not None:
            self._ras = self._newRAS(self._settings.gatekeeper)
            self._ras.start()
        if self._settings.registrar is not None:
            there, us = self._settings.registrar, self._settings.alias
            self._registration = SIPRegistration(self._sip, there, us, self._owner)
            self._registration.start()
        self._media.start()
        return {"sip": str(self._sip.address), "h323": str(self._h323.address)}

    def call(self, target: PartyAddress, destination: TransportAddress | None) -> None:
        """
        Call by SIP, where the target says so, or by H.323.

        @param destination: where an H.323 call is sent, without a gatekeeper.
        """
        self._transfers.begin()
        if target.value.startswith(("sip:", "sips:")):
            self._callSIP(Way("sip", None, (target,)))
        else:
            self._callH323(Way("h323", destination, (target,)))

    def _callSIP(self, way: Way) -> None:
        calling = (_named(self._settings.alias),)
        originator = SIPOriginator(self._sip, SystemNames(self._reactor, (), DNS_TIMEOUT))
        callId = newCallID(self._rng)
        settings = self._settings
        self.leg = originator.originate(
            callId, calling, way, settings.profile, self, self._particulars
        )

    def _callH323(self, way: Way) -> None:
        settings = self._settings
        self.leg = self._h323.originator.originate(
            newCallID(self._rng),
            (_named(settings.alias),),
            way,
            settings.profile,
            self,
            self._particulars,
            settings.startUp,
        )

    @property
    def _particulars(self) -> Particulars:
        return Particulars(declaration=self._settings.declaration)

    def sendDigit(self, digit: str, milliseconds: int, method: DigitMethod | None) -> None:
        """
        Send one digit; C{method} C{None} takes the best that the peer knows.
        """
        if self.leg is not None:
            self.leg.sendDigit(digit, milliseconds, method)

    def hold(self, held: bool) -> None:
        """
        Put the other side on hold, or resume.
        """
        profile = self._settings.profile
        if self.leg is not None:
            self.leg.changeMedia(profile.directed(Direction.INACTIVE) if held else profile)

    def hangup(self) -> None:
        """
        End the call.
        """
        self._transfers.cancel()
        if self.leg is not None:
            self.leg.hangup(Cause.NORMAL_CALL_CLEARING)

    def statistics(self) -> PortStatistics:
        """
        How the call's media fares.
        """
        return PortStatistics() if self._port is None else self._port.statistics()

    def leave(self) -> None:
        """
        Take back what we are registered as by SIP; there is an answer to that.
        """
        if self._registration is not None:
            self._registration.leave()

    def stop(self) -> None:
        """
        Unregister, close every socket, end the media thread.
        """
        if self._ras is not None:
            self._ras.stop()
            self._ras.close()
        if self._registration is not None:
            self._registration.stop()
        self._sip.close()
        self._h323.close()
        self._media.stop()

    def _newSIP(self) -> SIPEndpoint:
        settings = self._settings
        config = SIPConfig(port=settings.sipPort, user=settings.alias)
        signs, here = settings.signs, siteAt(settings.bind)
        if signs is None:
            secrets: Secrets = NO_SECRETS
        else:
            secrets = Signing(signs, self._reactor, self._rng, settings.declaration)
        return SIPEndpoint(config, self._world, here, self, secrets=secrets)

    def _newH323(self) -> H323Endpoint:
        settings, start, world = self._settings, self._settings.startUp, self._world
        signs = settings.signs
        if settings.tls:
            world = replace(world, opener=_secured(settings, self._reactor))
        return H323Endpoint(
            H323Config(
                port=settings.h323Port,
                name=settings.alias,
                terminalType=TERMINAL,
                fastStart=start.fastStart,
                tunnelling=start.tunnelling,
                earlyH245=start.earlyH245,
            ),
            world,
            siteAt(settings.bind),
            self,
            admitter=None if settings.gatekeeper is None else self,
            endpointType=terminalType(settings.alias),
            signing=None if signs is None else CallSigning(signs, self._reactor, self._rng),
        )

    def _newRAS(self, gatekeeper: TransportAddress) -> RASClient:
        profile = EndpointProfile(
            self._h323.address,
            (_named(self._settings.alias),),
            gatekeeper,
            password=self._settings.gatekeeperPassword,
            signs=self._settings.signs,
        )
        here = TransportAddress(self._settings.bind, 0)
        return RASClient(profile, self._world, here, self)

    # The endpoint asks whether a call is admitted.

    def concerns(self, request: AdmissionRequest) -> bool:
        return True

    def admit(self, request: AdmissionRequest) -> Deferred[AdmissionGrant]:
        assert self._ras is not None
        return self._ras.calls.admit(request)

    def answered(self, request: AdmissionRequest) -> None:
        assert self._ras is not None
        self._ras.calls.answered(request)

    def disengage(self, request: AdmissionRequest, cause: Cause) -> None:
        assert self._ras is not None
        self._ras.calls.disengage(request, cause)

    # What the RAS client reports.

    def rasRegistered(self, endpointIdentifier: str, aliases: tuple[PartyAddress, ...]) -> None:
        self._owner.phoneHappened("registered", names=[str(alias) for alias in aliases])
        self._owner.phoneRegistered()

    def rasRegistrationLost(self, reason: str) -> None:
        self._owner.phoneHappened("registrationLost", reason=reason)

    def rasRegistrationFailed(self, reason: str, permanent: bool) -> None:
        if self.leg is None:
            self._owner.phoneFailed(f"not registered: {reason}")
        else:  # the call that there is may go on without
            self._owner.phoneHappened("registrationFailed", reason=reason)

    def rasUnregistered(self) -> None:
        self._owner.phoneHappened("unregistered")

    def rasCallDropped(self, request: AdmissionRequest) -> None:
        self._h323.dropCall(request)

    # What the legs report.

    def legOffered(self, leg: ILeg) -> None:
        if self.leg is not None:
            leg.observe(SilentObserver())
            leg.reject(Cause.USER_BUSY)
            return
        self.leg = leg
        self._transfers.begin()
        leg.observe(self)
        caller = str(leg.calling[0]) if leg.calling else str(leg.peer)
        self._owner.phoneHappened("offered", protocol=leg.protocol, caller=caller)
        leg.alert(None)
        leg.answer(self._settings.profile)

    def legDialled(self, leg: ILeg) -> None:
        self._owner.phoneDialled()

    def legProceeding(self, leg: ILeg, how: Proceeding = Proceeding.UNDER_WAY) -> None:
        self._owner.phoneHappened("proceeding")

    def legAlerting(self, leg: ILeg) -> None:
        self._owner.phoneHappened("alerting")

    def legAnswered(self, leg: ILeg) -> None:
        self._owner.phoneHappened("answered", incoming=leg.direction is LegDirection.INCOMING)

    def legMediaReady(self, leg: ILeg, port: IMediaPort, stream: Stream) -> None:
        if stream.medium is Medium.AUDIO and self._port is not port:
            self._port = port
            self._mixer.join(port)
        transmit = stream.transmit
        self._owner.phoneHappened(
            "media",
            direction=stream.direction.value,
            sending=None if transmit is None else f"{transmit.format} {transmit.packetMs} ms",
            to=None if transmit is None else str(transmit.rtp),
            receivingAt=str(port.rtp),
        )

    def legMediaLost(self, leg: ILeg, medium: Medium) -> None:
        self._owner.phoneHappened("held")

    def legDigit(self, leg: ILeg, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self._owner.phoneHappened(
            "digit", digit=digit, milliseconds=milliseconds, method=method.value
        )

    def legTransferRequested(self, leg: ILeg, request: ITransferRequest) -> None:
        way: Way = request.way
        target = way.called[0]
        bySIP = way.protocol == "sip"
        reached = bySIP or way.destination or self._ras or hostOf(target, SIGNALLING_PORT)
        obeyed = self._transfers.obey(leg, request, reached is not None)
        what = "transferred" if obeyed else "notTransferred"
        where = None if way.destination is None else str(way.destination)
        self._owner.phoneHappened(what, target=str(target), destination=where)

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        statistics = self.statistics()
        port, self._port, self.leg = self._port, None, None
        if port is not None:
            self._mixer.leave(port)
        onward = self._transfers.take()
        if onward is not None:
            (self._callSIP if onward.protocol == "sip" else self._callH323)(onward)
            return
        self._owner.phoneReleased(cause, statistics)

    # What the mixer reports is of no interest: there is one other party.

    def activeSpeaker(self, portId: int | None) -> None:
        pass

    def levels(self, levels: Mapping[int, float]) -> None:
        pass


def _secured(settings: PhoneSettings, reactor: Any) -> IStreamOpener:
    key = settings.tlsKey
    peers = [TLSPeer(network, key) for network in ("0.0.0.0/0", "::/0")] if key else ()
    shown = settings.tlsShown or CertificateFiles("", "")
    credentials = Credentials(
        shown.certificate,
        shown.privateKey,
        settings.tlsAuthorities,
        ClientCertificates.NONE,
        peers,
        "--tls",
    )
    opener: IStreamOpener = TLSOpener(reactor, credentials)
    return opener


def _named(alias: str) -> PartyAddress:
    digits = alias and all(character in "0123456789*#" for character in alias)
    return PartyAddress(AddressKind.DIALLED_DIGITS if digits else AddressKind.H323_ID, alias)
