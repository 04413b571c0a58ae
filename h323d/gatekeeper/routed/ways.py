"""
The ways to the called party of one routed call: those that were found, those that are left,
and those that a called side named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from twisted.internet.defer import Deferred

from h323d.gatekeeper.identity import ILocalNumbers
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.routing.chain import Called, Decision, FoundWay, RoutingChain
from h323d.h323.calls.incoming import IncomingSetup
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.cause import Cause

__all__ = ["Ways", "wantedBy"]

MAXIMUM_REDIRECTIONS = 5  # of one call, by called sides


class Ways:
    """
    Where a call may go.

    @ivar forwarded: the names that a called side forwarded the call to; empty before that.
    """

    def __init__(
        self,
        chain: RoutingChain,
        numbers: ILocalNumbers,
        isOurs: Callable[[TransportAddress], bool],
        wanted: Called,
        admitted: Sequence[FoundWay] | None,
    ) -> None:
        """
        @param numbers: which names end in this server.
        @param isOurs: whether a call signalling address is ours.
        @param admitted: the ways that the ARQ was granted for, where there was one.
        """
        self._chain = chain
        self._numbers = numbers
        self._isOurs = isOurs
        self._wanted = wanted
        self._admitted = admitted
        self._left: list[FoundWay] = []
        self._redirections = 0
        self.forwarded: tuple[PartyAddress, ...] = ()

    @property
    def areLeft(self) -> bool:
        """
        Whether there is another way to try.
        """
        return bool(self._left)

    def ask(self) -> Decision | Deferred[Decision]:
        """
        Which ways there are: as admitted, once, and after that as the routing chain says.
        """
        admitted, self._admitted = self._admitted, None
        if admitted is not None:
            return tuple(admitted)
        return self._chain.find(self._wanted)

    def found(self, ways: Sequence[FoundWay]) -> None:
        """
        Try these, in this order.
        """
        self._left = list(ways)

    def take(self, failed: Cause | None) -> FoundWay | Cause:
        """
        The next way.

        @param failed: why the way before it led nowhere.
        @return: why the call leads nowhere, if there is none.
        """
        while self._left:
            way = self._left.pop(0)
            if not self._comesBack(way):
                return way
            failed = Cause.EXCHANGE_ROUTING_ERROR
        return failed or Cause.NO_ROUTE_TO_DESTINATION

    def go(self, ways: Sequence[FoundWay]) -> None:
        """
        Try these before those that are left.
        """
        self._left[:0] = ways

    def namesFor(self, way: FoundWay) -> tuple[PartyAddress, ...]:
        """
        What the called party is called on a way.
        """
        return way.called or self._wanted.names

    def redirect(self, names: tuple[PartyAddress, ...], address: TransportAddress | None) -> bool:
        """
        A called side named another destination, which is to be asked for.

        @return: FALSE if that was done too often, or to nowhere.
        """
        self._redirections += 1
        named = bool(names) or address is not None
        if not named or self._redirections > MAXIMUM_REDIRECTIONS:
            return False
        self.forwarded = names or self.forwarded
        self._wanted = replace(self._wanted, names=names or self._wanted.names, signalled=address)
        return True

    def _comesBack(self, way: FoundWay) -> bool:
        """
        Whether a way leads to ourselves, and not to one of our own rooms.
        """
        if way.parent:  # who is asked where it goes on from us
            return False
        return self._isOurs(way.destination) and not any(
            self._numbers.serves(name) for name in self.namesFor(way)
        )


def wantedBy(setup: IncomingSetup, caller: Registration | None, source: TransportAddress) -> Called:
    """
    What the routing chain is asked for a Setup.

    @param source: where it came from.
    """
    return Called(
        setup.called,
        calling=setup.calling,
        caller=caller,
        source=source,
        call=setup.identity.callIdentifier,
    )
