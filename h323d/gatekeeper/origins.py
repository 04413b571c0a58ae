"""
Whether a call comes from where its endpoint is: a Setup from the host that its ARQ came from,
and a connection that an endpoint makes for a call to it (H.460.18) from the host that it
registered from.

Call identifiers stand in messages that others see.  Who knows one could otherwise call as
somebody else, or take a call that is for somebody else.  What is behind a NAT with several
addresses comes from another host too, and for that there is C{security.hostMismatch}.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.call.complaints import FirstOf
from h323d.events.bus import EventBus
from h323d.events.doors import CallFromElsewhere
from h323d.gatekeeper.admission import AdmissionTable, CallAdmission
from h323d.gatekeeper.registry.registration import Registration
from h323d.gatekeeper.routing.config import NeighbourConfig
from h323d.gatekeeper.security.config import HostMismatch, SecurityConfig
from h323d.values.address import TransportAddress

__all__ = ["Origins"]

MAX_LOGGED = 1000  # sources that are logged at all


class Neighbourhood(Protocol):
    """
    Where neighbours are.
    """

    def at(self, source: TransportAddress) -> NeighbourConfig | None:
        """The one at an address."""


class KnownNeighbours(Protocol):
    """
    Who the neighbours are, which can change while we run.
    """

    @property
    def neighbourhood(self) -> Neighbourhood:
        """As they are now."""


class Origins:
    """
    Compares hosts.
    """

    _log = Logger()

    def __init__(
        self,
        config: SecurityConfig,
        admissions: AdmissionTable,
        neighbours: KnownNeighbours,
        clock: IReactorTime,
        events: EventBus,
    ) -> None:
        self._admissions = admissions
        self._neighbours = neighbours
        self._clock = clock
        self._events = events
        self._logged = FirstOf(MAX_LOGGED)
        self.reconfigure(config)

    def reconfigure(self, config: SecurityConfig) -> None:
        """
        Judge by these from now on.
        """
        self.refuses = config.hostMismatch is HostMismatch.REFUSE

    def takesSetup(self, peer: TransportAddress, call: bytes) -> bool:
        """
        Whether a Setup may come from there.  One that nobody asked for may: what becomes of
        it is for others to say.

        @param call: its call identifier.
        """
        asked = [each for each in self._admissions.ofCall(call) if not each.claim.answerCall]
        if not asked or any(self._isFrom(peer, each) for each in asked):
            return True
        return self._judged("setup", peer, asked[0].claim.endpointId, asked[0].source, call)

    def takesDialBack(self, peer: TransportAddress, called: Registration, call: bytes) -> bool:
        """
        Whether an endpoint that was told of a call may connect from there.
        """
        if peer.host in called.hosts:
            return True
        return self._judged("dialBack", peer, called.endpointId, called.source, call)

    def _isFrom(self, peer: TransportAddress, admission: CallAdmission) -> bool:
        """
        Whether it is the endpoint; or whom the endpoint was told to call, or another gatekeeper,
        that sends the call on to us.
        """
        if peer.host in admission.hosts or peer.host == admission.destination.host:
            return True
        return self._neighbours.neighbourhood.at(peer) is not None

    def _judged(
        self,
        what: str,
        peer: TransportAddress,
        endpointId: str,
        known: TransportAddress,
        call: bytes,
    ) -> bool:
        now = self._clock.seconds()
        self._events.publish(
            CallFromElsewhere(now, what, peer, endpointId, known, call.hex(), self.refuses)
        )
        if self._logged.isFirst(peer.host):
            self._log.warn(
                "{what} from {peer} of a call of the endpoint at {known}, told once: {judgement}",
                what=what,
                peer=str(peer),
                known=str(known),
                judgement="refused" if self.refuses else "taken",
            )
        return not self.refuses
