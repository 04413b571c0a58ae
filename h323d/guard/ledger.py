"""
The books of what guardians have: bit/s and seats, each lease by the call that it is for.

A call has one lease: whoever reserves for the same call again replaces it, and the lease that was
replaced ends nothing any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["Call", "Ledger", "Lease"]


class Call(NamedTuple):
    """
    What a lease is for.

    @ivar terminalId: whose it is.
    @ivar identifier: of the call, as its protocol has it.
    """

    terminalId: str
    identifier: str


@dataclass(frozen=True, slots=True)
class Lease:
    """
    @ivar serial: unlike that of any other lease.
    @ivar bandwidth: bit/s, both directions together.
    @ivar room: in which there is a seat; empty for none.
    """

    serial: int
    call: Call
    bandwidth: int
    room: str = ""


class Ledger:
    """
    The books.

    @ivar pooled: bit/s that all have together.
    """

    def __init__(self) -> None:
        self._leases: dict[Call, Lease] = {}
        self._held: dict[str, int] = {}
        self._seated: dict[str, int] = {}
        self._serial = 0
        self.pooled = 0

    def __len__(self) -> int:
        return len(self._leases)

    def of(self, call: Call) -> Lease | None:
        """
        What a call has.
        """
        return self._leases.get(call)

    def held(self, terminalId: str) -> int:
        """
        Bit/s that a guardian has.
        """
        return self._held.get(terminalId, 0)

    def seated(self, room: str) -> int:
        """
        Seats that are taken in a room.
        """
        return self._seated.get(room, 0)

    def reserve(self, call: Call, bandwidth: int, room: str = "") -> Lease:
        """
        Let a call have so much, instead of what it has.
        """
        self._take(self._leases.get(call))
        self._serial += 1
        lease = Lease(self._serial, call, bandwidth, room)
        self._leases[call] = lease
        self._count(lease, 1)
        return lease

    def resize(self, call: Call, bandwidth: int) -> bool:
        """
        Let a call have more or less; its lease stays the same.

        @return: whether it has one.
        """
        before = self._leases.get(call)
        if before is None:
            return False
        self._count(before, -1)
        after = Lease(before.serial, call, bandwidth, before.room)
        self._leases[call] = after
        self._count(after, 1)
        return True

    def end(self, lease: Lease) -> None:
        """
        A lease is over.  One that was replaced, or has ended, was over before.
        """
        current = self._leases.get(lease.call)
        if current is not None and current.serial == lease.serial:
            self._take(current)

    def _take(self, lease: Lease | None) -> None:
        if lease is not None:
            del self._leases[lease.call]
            self._count(lease, -1)

    def _count(self, lease: Lease, sign: int) -> None:
        self.pooled += sign * lease.bandwidth
        _add(self._held, lease.call.terminalId, sign * lease.bandwidth)
        if lease.room:
            _add(self._seated, lease.room, sign)


def _add(counts: dict[str, int], key: str, amount: int) -> None:
    total = counts.get(key, 0) + amount
    if total:
        counts[key] = total
    else:
        counts.pop(key, None)
