"""
Where guardians are: at all places where they have registered, by H.323 and by SIP.

Nowhere else: where an alias leads to besides - by the DNS, a neighbour, a trunk - nobody has proven
to be the guardian.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from h323d.call.ways import Way
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.routing.finder import waysTo
from h323d.guard.guard import Guard
from h323d.guard.registry.guardian import Guardian

__all__ = ["Registered", "RegisteredPlaces"]


class Registered(Protocol):
    """
    Knows who is registered.
    """

    def registrations(self) -> Iterable[Registration]:
        """All of them."""


class RegisteredPlaces:
    """
    Looks among the registrations.
    """

    def __init__(self, zone: Registered, guard: Guard) -> None:
        """
        @param guard: knows which names are whose.
        """
        self._zone = zone
        self._guard = guard

    def ways(self, guardian: Guardian) -> tuple[Way, ...]:
        return tuple(
            way
            for each in self._zone.registrations()
            if self._guard.registry.ownerOf(each.aliases) is guardian
            for way in _waysTo(each)
        )


def _waysTo(registration: Registration) -> Iterator[Way]:
    if registration.protocol == "sip":
        yield from waysTo(registration)
    elif registration.signalling:
        yield Way("h323", registration.signalling[0], registration.aliases)
