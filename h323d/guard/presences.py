"""
Where guardians are registered, and by what they have proven that they are there, until they are
there no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from zope.interface import implementer

from h323d.call.lease import ILease
from h323d.guard.registry.guardian import ProofForm
from h323d.values.address import TransportAddress

__all__ = ["Presence", "Presences"]


@implementer(ILease)
@dataclass(frozen=True, slots=True)
class Presence:
    """
    One registration.  Who renews it as they made it has the same.

    @ivar key: that it was proven by; empty for none.
    @ivar protocol: by which it was asked for.
    @ivar source: where from.
    @ivar addresses: where else it leads, as who asked has proven.
    """

    terminalId: str
    form: ProofForm
    key: bytes
    protocol: str
    source: TransportAddress
    addresses: tuple[TransportAddress, ...]
    presences: Presences = field(compare=False, repr=False)

    def end(self) -> None:
        self.presences.over(self)


_Place = tuple[str, TransportAddress]


class Presences:
    """
    All of them.
    """

    def __init__(self) -> None:
        self._byPlace: dict[_Place, Presence] = {}

    def __len__(self) -> int:
        return len(set(self._byPlace.values()))

    def arrive(self, presence: Presence) -> None:
        """
        Somebody has registered, or has done so again.
        """
        for place in _placesOf(presence):
            self._byPlace[place] = presence

    def over(self, presence: Presence) -> None:
        """
        They are not registered so any more.
        """
        for place in _placesOf(presence):
            if self._byPlace.get(place) == presence:
                del self._byPlace[place]

    def at(self, protocol: str, address: TransportAddress) -> Presence | None:
        """
        Who is registered there.
        """
        return self._byPlace.get((protocol, address))


def _placesOf(presence: Presence) -> Iterator[_Place]:
    for address in (presence.source, *presence.addresses):
        yield presence.protocol, address
