"""
Where guardians are registered, and by what they have proven that they are there, until they are
there no more.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from zope.interface import implementer

from h323d.call.applications import ILease
from h323d.guard.registry.guardian import ProofForm
from h323d.values.address import TransportAddress

__all__ = ["Presence", "Presences"]


@implementer(ILease)
@dataclass(frozen=True, slots=True)
class Presence:
    """
    One registration.  Who renews it as they made it has the same.

    @ivar key: that it was proven by; empty for none.
    @ivar source: where it was asked for.
    """

    terminalId: str
    form: ProofForm
    key: bytes
    source: TransportAddress
    presences: Presences = field(compare=False, repr=False)

    def end(self) -> None:
        self.presences.over(self)


class Presences:
    """
    All of them.
    """

    def __init__(self) -> None:
        self._bySource: dict[TransportAddress, Presence] = {}

    def __len__(self) -> int:
        return len(self._bySource)

    def arrive(self, presence: Presence) -> None:
        """
        Somebody has registered, or has done so again.
        """
        self._bySource[presence.source] = presence

    def over(self, presence: Presence) -> None:
        """
        They are not registered so any more.
        """
        if self._bySource.get(presence.source) == presence:
            del self._bySource[presence.source]

    def at(self, source: TransportAddress) -> Presence | None:
        """
        Who has registered from there.
        """
        return self._bySource.get(source)
