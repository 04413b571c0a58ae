"""
An endpoint's side of RAS: its registration, its admissions, and the answers
to what its gatekeeper asks (H.323, 7.2 and 8.1; H.225.0, clause 7).

L{RASClient} puts together the channel, the machine in
C{registration} and the calls in C{calls}; it owns no call and opens no
signalling connection.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall

from h323d.call.surroundings import Surroundings
from h323d.h323.calls.admission import AdmissionRequest
from h323d.h323.ras.alternates import Alternate, Alternates, alternatesIn
from h323d.h323.ras.calls import ClientCalls
from h323d.h323.ras.channel import DISCOVERY_GROUP, RASChannel
from h323d.h323.ras.clientanswers import ClientAnswers
from h323d.h323.ras.clientasking import Answer, ClientAsking, OurGatekeeper
from h323d.h323.ras.clientsecurity import newSecurity
from h323d.h323.ras.messages import (
    Fields,
    RASMessage,
    identifierIn,
    reasonOf,
    usableAddresses,
)
from h323d.h323.ras.profile import (
    EndpointProfile,
    discoveryFields,
    informationFields,
    registrationFields,
)
from h323d.h323.ras.registration import RegistrationMachine, newRegistration
from h323d.h323.ras.security import UNSECURED
from h323d.h323.ras.transactions import RASAnswer, RASAsked, RASRequest
from h323d.h323.security.securityoffer import OFFER
from h323d.h323.signalling.addresses import (
    aliasesFromParties,
    partiesFromAliases,
    transportToValue,
)
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
    @ivar here: where it is registered; C{None} while it is not.
    @ivar gatekeeperIdentifier: as it calls itself; C{None} before it did, and
        empty for an alternate that we were told of without its name.
    @ivar preGranted: the C{preGrantedARQ} of the registration; empty if there is
        none.
    """

    def __init__(
        self,
        profile: EndpointProfile,
        world: Surroundings,
        bind: TransportAddress,
        owner: RASClientOwner,
    ) -> None:
        """
        @param bind: the RAS port to bind; port 0 takes any free one.  Its host
            is told to the gatekeeper, so it must be a real address.

        @raise h323d.errors.ResourceUnavailable: it cannot be bound.
        """
        self._profile = profile
        self._owner = owner
        clock = self._clock = world.clock
        self.here: OurGatekeeper | None = None
        self.gatekeeperIdentifier: str | None = None
        self.preGranted: Fields = {}
        self._alternates = Alternates()
        self._gatekeeper = profile.gatekeeper
        self._asked: RASAsked | None = None
        self._expulsion: IDelayedCall | None = None
        self._aliases = profile.aliases
        self.calls = ClientCalls(self, clock)
        self._asking = ClientAsking(self)
        self._answers = ClientAnswers(self, self.calls)
        # Without discovery a group cannot be registered with.
        discover = profile.discover or profile.gatekeeper == DISCOVERY_GROUP
        self._machine: RegistrationMachine = newRegistration(
            self, clock, discover, profile.patience
        )
        self._security = newSecurity(self, profile, clock, world.rng)
        self._channel = RASChannel(
            world, (bind.host,), bind.port, self, security=self._security or UNSECURED
        )
        self._channel.start()

    @property
    def address(self) -> TransportAddress:
        """
        Our RAS address, as the gatekeeper is told.
        """
        bound = self._channel.address
        return TransportAddress(self._profile.rasHost or bound.host, bound.port)

    @property
    def endpointIdentifier(self) -> str | None:
        """
        As the gatekeeper gave it; C{None} while not registered.
        """
        return None if self.here is None else self.here.endpointIdentifier

    @property
    def gatekeeperHost(self) -> str:
        return self._gatekeeper.host

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
        self._asking.close()
        self.calls.close()
        if self._expulsion is not None and self._expulsion.active():
            self._expulsion.cancel()

    # What the gatekeeper asks.

    def rasRequested(self, request: RASRequest) -> RASAnswer:
        return self._answers.rasRequested(request)

    def expelled(self, others: tuple[Alternate, ...]) -> None:
        # The confirm has to be sent before what the machine sends next.
        if self._expulsion is None or not self._expulsion.active():
            self._expulsion = self._clock.callLater(0, self._expelledNow, others)

    def _expelledNow(self, others: tuple[Alternate, ...]) -> None:
        if self._alternates.sent(others):
            alternate = self._alternates.next()
            assert alternate is not None  # there is one to be sent to
            self._goTo(alternate)
        self._machine.expelled("unregistrationRequest")

    def callDropped(self, request: AdmissionRequest) -> None:
        self._owner.rasCallDropped(request)

    def information(self, gatekeeper: OurGatekeeper, calls: list[Fields]) -> Fields:
        return informationFields(self._profile, self.address, gatekeeper.endpointIdentifier, calls)

    # What the calls need.

    def askAboutCall(
        self, name: str, fields: Fields, gatekeeper: OurGatekeeper | None = None
    ) -> Deferred[Answer]:
        return self._asking.ask(name, fields, gatekeeper)

    def report(self, perCallInfo: list[Fields], gatekeeper: OurGatekeeper) -> None:
        fields = self.information(gatekeeper, perCallInfo) | {"unsolicited": True}
        self._channel.tell("infoRequestResponse", fields, gatekeeper.ras)

    def strangers(self, reason: str) -> None:
        self._machine.expelled(reason)

    # What asking about calls needs.

    def send(
        self,
        name: str,
        fields: Fields,
        ras: TransportAddress,
        answered: Callable[[RASMessage | None], None],
    ) -> RASAsked:
        return self._channel.request(name, fields, ras, answered)

    def moveTo(self, others: tuple[Alternate, ...], reason: str) -> None:
        if self._alternates.sent(others):
            alternate = self._alternates.next()
            assert alternate is not None  # there is one to be sent to
            self._move(alternate, reason)

    def turnElsewhere(self) -> bool:
        alternate = self._alternates.next()
        if alternate is not None:
            self._move(alternate, "noAnswer", register=True)
        return alternate is not None

    def _move(self, alternate: Alternate, reason: str, register: bool = False) -> None:
        """
        Be with another gatekeeper.  Calls stay with who admitted them, unless the
        other knows of them.

        @param register: though it may know us already.
        """
        here, self.here = self.here, None
        self._goTo(alternate)
        if here is None or register or alternate.needToRegister:
            self._machine.expelled(reason)
            return
        self.here = OurGatekeeper(alternate.ras, alternate.identifier, here.endpointIdentifier)
        self.calls.moved(here, self.here)

    def _goTo(self, alternate: Alternate) -> None:
        self._gatekeeper = alternate.ras
        self.gatekeeperIdentifier = alternate.identifier or ""

    # What the machine needs.

    def askDiscovery(self) -> None:
        self._gatekeeper = self._profile.gatekeeper
        fields = discoveryFields(self._profile, self.address)
        if self._profile.password:
            fields |= OFFER
        self._asked = self._ask("gatekeeperRequest", fields, self._discovered)

    def askRegistration(self) -> None:
        fields = self._registration(keepAlive=False)
        fields["discoveryComplete"] = self._profile.discover
        if self._profile.aliases:
            fields["terminalAlias"] = aliasesFromParties(self._profile.aliases)
        self._asked = self._ask("registrationRequest", fields, self._registrationAnswered)

    def askRenewal(self) -> None:
        fields = self._registration(keepAlive=True)
        fields["endpointIdentifier"] = self.endpointIdentifier
        self._asked = self._ask("registrationRequest", fields, self._registrationAnswered)

    def askLeave(self) -> None:
        fields: Fields = {
            "callSignalAddress": [transportToValue(self.signalling)],
            "endpointIdentifier": self.endpointIdentifier,
        }
        if self.gatekeeperIdentifier:
            fields["gatekeeperIdentifier"] = self.gatekeeperIdentifier
        self._asked = self._ask("unregistrationRequest", fields, self._leaveAnswered)

    def stopAsking(self) -> None:
        asked, self._asked = self._asked, None
        if asked is not None:
            asked.cancel()

    def registrationMade(self) -> None:
        assert self.endpointIdentifier is not None
        self._owner.rasRegistered(self.endpointIdentifier, self._aliases)
        self._asking.registered()

    def registrationLost(self, reason: str) -> None:
        self._forget()
        self._owner.rasRegistrationLost(reason)

    def registrationFailed(self, reason: str, permanent: bool) -> None:
        self._owner.rasRegistrationFailed(reason, permanent)
        self._asking.notRegistered()

    def registrationEnded(self) -> None:
        self._forget()
        self._owner.rasUnregistered()
        self._asking.notRegistered()

    def _ask(
        self, name: str, fields: Fields, answered: Callable[[RASMessage | None], None]
    ) -> RASAsked:
        return self.send(name, fields, self._gatekeeper, answered)

    # The answers.

    def _discovered(self, answer: RASMessage | None) -> None:
        asked, self._asked = self._asked, None
        if answer is None:
            self._turnElsewhere()
        elif answer.name != "gatekeeperConfirm":
            self._refused(answer)
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
        if answer is None and self._security is not None and self._security.complaint:
            self._machine.refused(self._security.complaint)
        elif answer is None:
            self._turnElsewhere()
        elif answer.name == "registrationConfirm":
            self._confirmed(answer.fields)
        else:
            self._refused(answer)

    def _refused(self, answer: RASMessage) -> None:
        """
        A reject of a GRQ or RRQ: it may send us elsewhere.
        """
        others = alternatesIn(answer.fields.get("altGKInfo", {}))
        if others and self._alternates.sent(others):
            self._turnElsewhere()
        elif others:  # from one to the next, and nobody takes us
            self._startOver()
            self._machine.refused(reasonOf(answer))
        else:
            self._rejected(reasonOf(answer))

    def _turnElsewhere(self) -> None:
        """
        Our gatekeeper is silent, or sends us away: try its alternates, each
        once, and then begin from the beginning.
        """
        alternate = self._alternates.next()
        if alternate is None:
            self._startOver()
            self._machine.silence()
        else:
            self._goTo(alternate)
            self._machine.elsewhere()

    def _startOver(self) -> None:
        self._gatekeeper = self._profile.gatekeeper
        self.gatekeeperIdentifier = None

    def _confirmed(self, fields: Fields) -> None:
        self.gatekeeperIdentifier = identifierIn(fields, "gatekeeperIdentifier")
        self.here = OurGatekeeper(
            self._gatekeeper, self.gatekeeperIdentifier, fields["endpointIdentifier"]
        )
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
        here, self.here = self.here, None
        self._aliases = self._profile.aliases
        self.preGranted = {}
        if here is not None:
            self.calls.forget(here)

    def _registration(self, keepAlive: bool) -> Fields:
        fields = registrationFields(self._profile, self.address, keepAlive)
        named = self.gatekeeperIdentifier
        if named is None:
            named = self._profile.gatekeeperIdentifier
        if named:
            fields["gatekeeperIdentifier"] = named
        return fields
