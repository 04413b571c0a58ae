"""
Trunks: numbers and names that a SIP server, or an H.323 gateway or gatekeeper, serves, which is
called by its address.

Whoever calls there is called on by our gateway, an endpoint of the direct model too: trunks know us
and nobody else, and only so are calls counted, and go on by another trunk where one fails.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.interfaces import IReactorTime
from zope.interface import implementer

from h323d.call.applications import Reason, Refusal
from h323d.call.ways import Way
from h323d.gatekeeper.routing.chain import Called, FoundWay, ICalledPolicy
from h323d.gatekeeper.trunks.config import TrunkProtocol
from h323d.gatekeeper.trunks.probes import sipURI
from h323d.gatekeeper.trunks.target import TrunkTarget
from h323d.gatekeeper.trunks.trunk import Obstacle, Trunk
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

__all__ = ["ServingTrunks", "TrunkRoutes"]

LOOP = Refusal.of(Reason.LOOP, "backToTheTrunk")

_REFUSALS = {
    Obstacle.FULL: Refusal(Obstacle.FULL.cause, Reason.CAPACITY_EXCEEDED, "trunksFull"),
    Obstacle.WAITING: Refusal(Obstacle.WAITING.cause, Reason.OUT_OF_SERVICE, "trunksWaiting"),
    Obstacle.NOWHERE: Refusal(Obstacle.NOWHERE.cause, Reason.OUT_OF_SERVICE, "trunksNotFound"),
}


class ServingTrunks(Protocol):
    """
    Who has the trunks.
    """

    def serving(self, name: PartyAddress) -> Iterator[tuple[str, Trunk]]:
        """Those that serve a name, each with its prefix, the longest first."""

    def callingFrom(
        self, source: TransportAddress | None, called: Iterable[PartyAddress]
    ) -> tuple[Trunk, ...]:
        """Those that a call may come by."""


@dataclass(frozen=True, slots=True)
class _Serving:
    """
    A trunk that serves a name.

    @ivar prefix: by which it does.
    """

    trunk: Trunk
    prefix: str
    name: PartyAddress

    @property
    def rank(self) -> tuple[bool, int, int]:
        """
        How soon it is tried: the lowest first.
        """
        return self.trunk.isDown, -len(self.prefix), self.trunk.config.priority


@implementer(ICalledPolicy)
class TrunkRoutes:
    """
    The trunks that serve a name, those that are up first, and of these those with the longest
    prefix, then by priority and weight.

    A neighbour that asks is told nothing of them, and whoever calls from a trunk is not sent back
    to it.
    """

    name = "trunks"

    def __init__(
        self,
        trunks: ServingTrunks,
        signalling: TransportAddress,
        clock: IReactorTime,
        rng: random.Random,
    ) -> None:
        """
        @param signalling: our own call-signalling address.
        @param rng: draws by weight.
        """
        self._trunks = trunks
        self._here = signalling
        self._clock = clock
        self._rng = rng

    def find(self, called: Called) -> tuple[FoundWay, ...] | Refusal | None:
        if called.locating:
            return None
        serving = self._serving(called.names)
        origins = self._trunks.callingFrom(called.source, called.names)
        open_ = self._openTo(origins, serving)
        usable = [each for each in open_ if each.trunk.obstacle is None]
        if usable:
            left = [each for each in open_ if each not in usable]
            return tuple(
                self._wayBy(each, target, left)
                for each in self._ordered(usable)
                for target in each.trunk.open
            )
        if not serving:
            return None
        return next((_REFUSALS[each.trunk.obstacle] for each in open_ if each.trunk.obstacle), LOOP)

    def _serving(self, names: Sequence[PartyAddress]) -> list[_Serving]:
        """
        Each trunk with the first name that it serves, and by the longest prefix.
        """
        found: dict[str, _Serving] = {}
        for name in names:
            if name.kind is not AddressKind.TRANSPORT:
                for prefix, trunk in self._trunks.serving(name):
                    found.setdefault(trunk.name, _Serving(trunk, prefix, name))
        return list(found.values())

    def _openTo(self, origins: Sequence[Trunk], serving: Sequence[_Serving]) -> list[_Serving]:
        """
        Those that somebody may be sent to.

        @param origins: the trunks that they may call by; none for who is no trunk.
        """
        if not all(each.config.transit for each in origins):
            return []
        return [each for each in serving if not any(map(each.trunk.sharesHostWith, origins))]

    def _ordered(self, serving: Sequence[_Serving]) -> list[_Serving]:
        """
        As they are tried: a weighted draw of those with the same rank.
        """
        drawn = [(self._draw(each.trunk.config.weight), each) for each in serving]
        return [each for draw, each in sorted(drawn, key=lambda one: (one[1].rank, -one[0]))]

    def _draw(self, weight: int) -> float:
        return self._rng.random() ** (1 / weight) if weight else 0.0

    def _wayBy(self, serving: _Serving, target: TrunkTarget, left: Sequence[_Serving]) -> FoundWay:
        trunk = serving.trunk
        config, number = trunk.config, serving.name.number
        number = config.prepend + number[config.strip :]
        isSIP = config.protocol is TrunkProtocol.SIP
        there = (
            PartyAddress(AddressKind.URL, str(sipURI(config, number, target.place.transport)))
            if isSIP
            else partyFromText(number)
        )
        address = target.place.address
        onward = Way(config.protocol.value, address, (there,), trunk=trunk.name)
        why = self._why(serving, target, left)
        return FoundWay("h323", self._here, trunk=trunk.name, onward=onward, why=why)

    def _why(self, serving: _Serving, target: TrunkTarget, left: Sequence[_Serving]) -> str:
        trunk = serving.trunk
        seconds = self._clock.seconds() - trunk.since
        state = f"down for {seconds:.0f} s: {trunk.reason}" if trunk.isDown else trunk.state
        if len(trunk.targets) > 1:
            state += f", {target.place} {target.state}"
        said = [state, f"serves {serving.prefix or 'all'}", f"priority {trunk.config.priority}"]
        said += [f"{each.trunk.name} is left out: {_obstacleOf(each.trunk)}" for each in left]
        return ", ".join(said)


def _obstacleOf(trunk: Trunk) -> str:
    return "" if trunk.obstacle is None else trunk.obstacle.value
