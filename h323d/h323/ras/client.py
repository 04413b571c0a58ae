"""
An endpoint's side of RAS: its registration, its admissions, and the answers
to what its gatekeeper asks (H.323, 7.2 and 8.1; H.225.0, clause 7).

L{RASClient} puts together the channel, the machine in
C{registration} and the calls in C{calls}; it owns no call and opens no
signalling connection.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from h323d.call.transport import IDatagrams
from h323d.events import EventBus
from h323d.h323.addresses import (
    aliasesFromParties,
    partiesFromAliases,
    transportToValue,
)
from h323d.h323.admission import AdmissionRequest
from h323d.h323.ras.alternates import Alternates
from h323d.h323.ras.calls import ClientCalls
from h323d.h323.ras.channel import DISCOVERY_GROUP, RASChannel
from h323d.h323.ras.clientsecurity import ClientSecurity
from h323d.h323.ras.messages import (
    PROTOCOL_IDENTIFIER,
    Fields,
    RASMessage,
    callKey,
    identifierIn,
    reasonOf,
    rejection,
    usableAddresses,
)
from h323d.h323.ras.profile import EndpointProfile, endpointType, registrationFields
from h323d.h323.ras.registration import RegistrationMachine, newRegistration
from h323d.h323.ras.security import UNSECURED
from h323d.h323.ras.transactions import RASAnswer, RASAsked, RASRequest
from h323d.h323.securityoffer import OFFER
from h323d.values.address import PartyAddress, TransportAddress

__all__ = ["EndpointProfile", "RASClient", "RASClientOwner"]


class RASClientOwner(Protocol):
    """
    Whom an endpoint's RAS reports to.
    """

    def rasRegistered(self, endpointIdentifier: str, aliases: tuple[PartyAddress, ...]) -> None:
        """Registered; C{aliases} are the endpoint's names from now on."""

    def rasRegistrationLost(self, reason: str) -> None:
        """The registration is gone, and is being sought again."""

    def rasRegistrationFailed(self, reason: str, permanent: bool) -> None:
        """No registration; sought again in a while, unless C{permanent}."""

    def rasUnregistered(self) -> None:
        """As L{RASClient.stop} asked."""

    def rasCallDropped(self, request: AdmissionRequest) -> None:
        """The gatekeeper ends a call (DRQ): release it."""


class RASClient:
    """
    One endpoint towards one gatekeeper, or an alternate of it.

    @ivar calls: where calls are admitted and given back; what
        L{h323d.h323.endpoint} wants as its admitter.
    @ivar endpointIdentifier: as the gatekeeper gave it; C{None} while not
        registered.
    @ivar gatekeeperIdentifier: as it calls itself; C{None} before it did.
    @ivar preGranted: the C{preGrantedARQ} of the registration; empty if there is
        none.
    """

    def __init__(
        self,
        profile: EndpointProfile,
        datagrams: IDatagrams,
        bind: TransportAddress,
        owner: RASClientOwner,
        clock: IReactorTime,
        rng: random.Random,
        events: EventBus,
    ) -> None:
        """
        @param bind: the RAS port to bind; port 0 takes any free one.  Its host
            is told to the gatekeeper, so it must be a real address.

        @raise h323d.errors.ResourceUnavailable: it cannot be bound.
        """
        self._profile = profile
        self._owner = owner
        self._clock = clock
        self.endpointIdentifier: str | None = None
        self.gatekeeperIdentifier: str | None = None
        self.preGranted: Fields = {}
        self._alternates = Alternates()
        self._gatekeeper = profile.gatekeeper
        self._asked: RASAsked | None = None
        self._expulsion: IDelayedCall | None = None
        self._aliases = profile.aliases
        self.calls = ClientCalls(self, clock)
        # Without discovery a group cannot be registered with.
        discover = profile.discover or profile.gatekeeper == DISCOVERY_GROUP
        self._machine: RegistrationMachine = newRegistration(self, clock, discover)
        self._security = self._newSecurity(clock, rng) if profile.password else None
        self._channel = RASChannel(
            datagrams, bind, self, clock, rng, events, security=self._security or UNSECURED
        )
        self._channel.start()

    @property
    def address(self) -> TransportAddress:
        """
        Our RAS address.
        """
        return self._channel.address

    @property
    def signalling(self) -> TransportAddress:
        return self._profile.signalling

    def start(self) -> None:
        """
        Register, and stay registered.
        """
        self._machine.start()

    def stop(self) -> None:
        """
        Leave; C{rasUnregistered} follows.
        """
        self._machine.stop()

    def close(self) -> None:
        """
        Free the port, without leaving; nobody is told.
        """
        self._machine.close()
        self._channel.close()
        self._forget()
        if self._expulsion is not None and self._expulsion.active():
            self._expulsion.cancel()

    # What the gatekeeper asks.

    def rasRequested(self, request: RASRequest) -> RASAnswer:
        """
        Answer our gatekeeper, and nobody else.
        """
        if request.source.host != self._gatekeeper.host:
            return None
        answer = {
            "unregistrationRequest": self._expelled,
            "disengageRequest": self._dropped,
            "bandwidthRequest": self._squeezed,
            "infoRequest": self._queried,
        }.get(request.message.name)
        if answer is not None:
            return answer(request.message)
        return RASMessage(
            "unknownMessageResponse",
            {
                "requestSeqNum": request.message.requestSeqNum,
                "messageNotUnderstood": request.octets,
            },
        )

    def _expelled(self, request: RASMessage) -> RASMessage:
        ours = (self.endpointIdentifier, None)
        if (
            self.endpointIdentifier is None
            or identifierIn(request.fields, "endpointIdentifier") not in ours
            or self._isForOther(request)
        ):
            return rejection(request, "notCurrentlyRegistered")
        # The confirm has to be sent before what the machine sends next.
        if self._expulsion is None or not self._expulsion.active():
            self._expulsion = self._clock.callLater(0, self._machine.expelled, request.name)
        return RASMessage("unregistrationConfirm", {"requestSeqNum": request.requestSeqNum})

    def _dropped(self, request: RASMessage) -> RASMessage:
        if identifierIn(request.fields, "endpointIdentifier") != self.endpointIdentifier:
            return rejection(request, "notRegistered")
        for admitted in self.calls.dropped(callKey(request.fields)):
            self._owner.rasCallDropped(admitted)
        return RASMessage("disengageConfirm", {"requestSeqNum": request.requestSeqNum})

    def _squeezed(self, request: RASMessage) -> RASMessage:
        used = self.calls.bandwidth(callKey(request.fields))
        if used is None:
            return rejection(request, "invalidConferenceID", allowedBandWidth=0)
        wanted = request.fields["bandWidth"]
        if wanted < used:  # what is negotiated cannot be made less
            return rejection(request, "insufficientResources", allowedBandWidth=used)
        return RASMessage(
            "bandwidthConfirm", {"requestSeqNum": request.requestSeqNum, "bandWidth": wanted}
        )

    def _queried(self, request: RASMessage) -> RASMessage | None:
        if self.endpointIdentifier is None:
            return None
        everything = request.fields["callReferenceValue"] == 0
        calls = self.calls.described(None if everything else callKey(request.fields))
        fields = self._information(calls)
        fields["requestSeqNum"] = request.requestSeqNum
        if not everything:
            fields["irrStatus"] = ("complete" if calls else "invalidCall", None)
        return RASMessage("infoRequestResponse", fields)

    def _information(self, calls: list[Fields]) -> Fields:
        fields: Fields = {
            "endpointType": endpointType(self._profile),
            "endpointIdentifier": self.endpointIdentifier,
            "rasAddress": transportToValue(self.address),
            "callSignalAddress": [transportToValue(self.signalling)],
            "needResponse": False,
            "unsolicited": False,
        }
        if self._profile.aliases:
            fields["endpointAlias"] = aliasesFromParties(self._profile.aliases)
        if calls:
            fields["perCallInfo"] = calls
        return fields

    def _isForOther(self, request: RASMessage) -> bool:
        named = identifierIn(request.fields, "gatekeeperIdentifier")
        return named is not None and named != self.gatekeeperIdentifier

    # What the calls need.

    def ask(
        self, name: str, fields: Fields, answered: Callable[[RASMessage | None], None]
    ) -> RASAsked:
        return self._channel.request(name, fields, self._gatekeeper, answered)

    def report(self, perCallInfo: list[Fields]) -> None:
        fields = self._information(perCallInfo) | {"unsolicited": True}
        self._channel.tell("infoRequestResponse", fields, self._gatekeeper)

    def strangers(self, reason: str) -> None:
        self._machine.expelled(reason)

    # What the machine needs.

    def askDiscovery(self) -> None:
        self._gatekeeper = self._profile.gatekeeper
        fields: Fields = {
            "protocolIdentifier": PROTOCOL_IDENTIFIER,
            "rasAddress": transportToValue(self.address),
            "endpointType": endpointType(self._profile),
        }
        if self._profile.gatekeeperIdentifier:
            fields["gatekeeperIdentifier"] = self._profile.gatekeeperIdentifier
        if self._profile.aliases:
            fields["endpointAlias"] = aliasesFromParties(self._profile.aliases)
        if self._security is not None:
            fields |= OFFER
        self._asked = self.ask("gatekeeperRequest", fields, self._discovered)

    def askRegistration(self) -> None:
        fields = self._registration(keepAlive=False)
        fields["discoveryComplete"] = self._profile.discover
        if self._profile.aliases:
            fields["terminalAlias"] = aliasesFromParties(self._profile.aliases)
        self._asked = self.ask("registrationRequest", fields, self._registrationAnswered)

    def askRenewal(self) -> None:
        fields = self._registration(keepAlive=True)
        fields["endpointIdentifier"] = self.endpointIdentifier
        self._asked = self.ask("registrationRequest", fields, self._registrationAnswered)

    def askLeave(self) -> None:
        fields: Fields = {
            "callSignalAddress": [transportToValue(self.signalling)],
            "endpointIdentifier": self.endpointIdentifier,
        }
        if self.gatekeeperIdentifier is not None:
            fields["gatekeeperIdentifier"] = self.gatekeeperIdentifier
        self._asked = self.ask("unregistrationRequest", fields, self._leaveAnswered)

    def stopAsking(self) -> None:
        asked, self._asked = self._asked, None
        if asked is not None:
            asked.cancel()

    def registrationMade(self) -> None:
        assert self.endpointIdentifier is not None
        self._owner.rasRegistered(self.endpointIdentifier, self._aliases)

    def registrationLost(self, reason: str) -> None:
        self._forget()
        self._owner.rasRegistrationLost(reason)

    def registrationFailed(self, reason: str, permanent: bool) -> None:
        self._owner.rasRegistrationFailed(reason, permanent)

    def registrationEnded(self) -> None:
        self._forget()
        self._owner.rasUnregistered()

    # The answers.

    def _discovered(self, answer: RASMessage | None) -> None:
        asked, self._asked = self._asked, None
        if answer is None:
            self._turnElsewhere()
        elif answer.name != "gatekeeperConfirm":
            self._machine.refused(reasonOf(answer))
        else:
            named = usableAddresses([answer.fields["rasAddress"]])
            if named:
                self._gatekeeper = named[0]
            elif asked is not None and asked.answerer is not None:
                self._gatekeeper = asked.answerer
            self.gatekeeperIdentifier = identifierIn(answer.fields, "gatekeeperIdentifier")
            self._alternates.learn(answer.fields)
            self._machine.found()

    def _registrationAnswered(self, answer: RASMessage | None) -> None:
        self._asked = None
        if answer is None and self._security is not None and self._security.doubted:
            self._machine.refused("unverified")
        elif answer is None:
            self._turnElsewhere()
        elif answer.name == "registrationConfirm":
            self._confirmed(answer.fields)
        elif "altGKInfo" in answer.fields:
            self._alternates.learn(answer.fields["altGKInfo"])
            self._turnElsewhere()
        else:
            self._rejected(reasonOf(answer))

    def _turnElsewhere(self) -> None:
        """
        Our gatekeeper is silent, or sends us away: try its alternates, each
        once, and then begin from the beginning.
        """
        alternate = self._alternates.next()
        if alternate is None:
            self._gatekeeper = self._profile.gatekeeper
            self.gatekeeperIdentifier = None
            self._machine.silence()
        else:
            self._gatekeeper = alternate.ras
            self.gatekeeperIdentifier = alternate.identifier
            self._machine.elsewhere()

    def _confirmed(self, fields: Fields) -> None:
        self.endpointIdentifier = fields["endpointIdentifier"]
        self.gatekeeperIdentifier = identifierIn(fields, "gatekeeperIdentifier")
        self._alternates.learn(fields)
        self._alternates.reached()
        if "preGrantedARQ" in fields:
            self.preGranted = fields["preGrantedARQ"]
        if "terminalAlias" in fields:
            self._aliases = partiesFromAliases(fields["terminalAlias"])
        self._machine.confirmed(float(fields.get("timeToLive", 0)))

    def _rejected(self, reason: str) -> None:
        if reason == "fullRegistrationRequired":
            self._machine.mustRegister()
        elif reason == "discoveryRequired":
            self._machine.mustDiscover()
        else:
            self._machine.refused(reason)

    def _leaveAnswered(self, answer: RASMessage | None) -> None:
        self._asked = None
        self._machine.left()

    def _forget(self) -> None:
        self.endpointIdentifier = None
        self._aliases = self._profile.aliases
        self.preGranted = {}
        self.calls.forget()

    def _registration(self, keepAlive: bool) -> Fields:
        fields = registrationFields(self._profile, self.address, keepAlive)
        named = self.gatekeeperIdentifier or self._profile.gatekeeperIdentifier
        if named:
            fields["gatekeeperIdentifier"] = named
        return fields

    def _newSecurity(self, clock: IReactorTime, rng: random.Random) -> ClientSecurity:
        profile = self._profile
        alias = profile.aliases[0].value if profile.aliases else ""
        return ClientSecurity(
            self, profile.password, alias, profile.gatekeeperIdentifier, clock, rng
        )
