"""
The trunks that we register with, so that they know where to call us.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from twisted.internet.defer import Deferred, succeed

from h323d.call.parts import Change, Commit, Part
from h323d.call.surroundings import Surroundings
from h323d.events.gatekeeper import TrunkUp
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.gatekeeper.trunks.config import TrunkConfig
from h323d.gatekeeper.trunks.probes import SIPPlaces, sipURI
from h323d.gatekeeper.trunks.registration import Registrants, TrunkRegistration
from h323d.gatekeeper.trunks.target import TrunkPlace
from h323d.gatekeeper.trunks.trunk import Trunk
from h323d.sip.digest.algorithms import Algorithm
from h323d.sip.endpoint import SIPEndpoint
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.registering import Registrant
from h323d.values.address import TransportAddress

__all__ = ["SIPRegistrants", "TrunkRegistrations"]


@dataclass(frozen=True, slots=True)
class _Account:
    """
    What we have with a trunk (L{h323d.sip.digest.answering.Secrets}), though it is configured no
    more when we leave it.
    """

    config: TrunkConfig

    def secretAt(
        self, peer: TransportAddress, realm: str, algorithm: Algorithm, account: str
    ) -> tuple[str, str] | None:
        return self.config.secretFor(realm, algorithm)

    def signed(self, request: SIPRequest) -> SIPRequest:
        return request

    def signedAnswer(self, request: SIPRequest, response: SIPResponse) -> SIPResponse:
        return response


@dataclass(frozen=True, slots=True)
class SIPRegistrants:
    """
    Registers by SIP.
    """

    endpoint: SIPEndpoint
    places: SIPPlaces

    def locate(self, config: TrunkConfig) -> Deferred[tuple[TrunkPlace, ...]]:
        return Deferred.fromCoroutine(self.places.of(config))

    def of(self, config: TrunkConfig) -> Registrant:
        return Registrant(self.endpoint, sipURI(config), config.user, _Account(config))


class TrunkRegistrations(Part[RoutingConfig]):
    """
    All of them.
    """

    def __init__(
        self,
        trunks: Iterable[Trunk],
        registrants: Registrants,
        world: Surroundings,
    ) -> None:
        """
        @param trunks: those of the zone, as they are configured at any time.
        """
        self._trunks = trunks
        self._registrants = registrants
        self._clock, self._events = world.clock, world.events
        self._registrations: dict[str, TrunkRegistration] = {}
        self._leaving: dict[TrunkRegistration, None] = {}
        world.events.subscribe(TrunkUp, self._cameUp)

    def __iter__(self) -> Iterator[TrunkRegistration]:
        return iter(tuple(self._registrations.values()))

    def of(self, trunk: str) -> TrunkRegistration | None:
        """
        The one with a trunk of this name, if we want to be registered there.
        """
        return self._registrations.get(trunk)

    @property
    def areLeaving(self) -> bool:
        """
        Whether a server has yet to hear that we are gone.
        """
        return bool(self._leaving)

    # The life of a part.

    def start(self) -> None:
        for trunk in self._trunks:
            if trunk.config.register and trunk.name not in self._registrations:
                made = self._registrations[trunk.name] = self._made(trunk.config)
                made.start()

    def _made(self, config: TrunkConfig) -> TrunkRegistration:
        return TrunkRegistration(config, self._registrants, self._clock, self._events, self)

    def prepare(self, config: RoutingConfig) -> Commit:
        return Change(self, config)

    def reconfigure(self, config: RoutingConfig) -> None:
        """
        Leave those that are not wanted any more, or not so, and register with others.
        """
        wanted = {each.name: each for each in config.trunks if each.register}
        for each in self:
            now = wanted.get(each.config.name)
            if now is None or not each.suits(now):
                self._leave(each)
        self.start()

    def leave(self) -> None:
        for each in self:
            self._leave(each)

    def close(self) -> Deferred[None]:
        for each in (*self, *self._leaving):
            each.close()
        self._registrations.clear()
        return succeed(None)

    def registrationOver(self, registration: TrunkRegistration) -> None:
        self._leaving.pop(registration, None)

    def _cameUp(self, fact: TrunkUp) -> None:
        known = self.of(fact.trunk)
        if known is not None:
            known.revived()

    def _leave(self, registration: TrunkRegistration) -> None:
        del self._registrations[registration.config.name]
        self._leaving[registration] = None
        registration.leave()
