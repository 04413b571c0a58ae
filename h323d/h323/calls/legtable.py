"""
The legs of an H.323 endpoint that are not over: by our identifier, and as H.323 calls them.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from h323d.h323.calls.leg import H323Leg
from h323d.values.cause import Cause
from h323d.values.identifiers import LegID

__all__ = ["LegTable"]


class LegTable:
    """
    Those of one endpoint.  A gatekeeper of ours looks into it too.
    """

    def __init__(self) -> None:
        self._legs: dict[LegID, H323Leg] = {}
        self._byIdentifier: dict[bytes, dict[LegID, None]] = {}

    def __len__(self) -> int:
        return len(self._legs)

    def __iter__(self) -> Iterator[H323Leg]:
        return iter(tuple(self._legs.values()))

    def get(self, legId: LegID) -> H323Leg | None:
        """
        One leg.
        """
        return self._legs.get(legId)

    def keep(self, leg: H323Leg) -> None:
        """
        There is another.
        """
        self._legs[leg.legId] = leg
        self._byIdentifier.setdefault(leg.identity.callIdentifier, {})[leg.legId] = None

    def remove(self, legId: LegID) -> H323Leg | None:
        """
        A leg is over.

        @return: C{None} if it was not there.
        """
        leg = self._legs.pop(legId, None)
        if leg is not None:
            members = self._byIdentifier[leg.identity.callIdentifier]
            del members[legId]
            if not members:
                del self._byIdentifier[leg.identity.callIdentifier]
        return leg

    def knows(self, callIdentifier: bytes) -> bool:
        """
        Whether a call that H.323 calls so has a leg here.
        """
        return callIdentifier in self._byIdentifier

    def has(self, callIdentifier: bytes, hosts: Container[str]) -> bool:
        """
        Whether such a call has a leg here with one of these hosts.
        """
        return any(leg.peer.host in hosts for leg in self.ofCall(callIdentifier))

    def hangup(
        self, callIdentifier: bytes, cause: Cause, hosts: Container[str] | None = None
    ) -> None:
        """
        End the legs of such a call.

        @param hosts: only those with one of these.
        """
        for leg in self.ofCall(callIdentifier):
            if hosts is None or leg.peer.host in hosts:
                leg.hangup(cause)

    def ofCall(self, callIdentifier: bytes) -> tuple[H323Leg, ...]:
        """
        The legs of such a call.
        """
        return tuple(self._legs[each] for each in self._byIdentifier.get(callIdentifier, ()))
