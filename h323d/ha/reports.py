"""
What a follower tells its leader: how far it is, or that it is no copy any more.

Of what would have left, a leader, and whoever reads facts, is told only what it was about: how many
octets, and not which; what was said, and the keys of media, are nobody's there.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from h323d.ha.following import Diverged, Following
from h323d.ha.records import BadRecord, HeartbeatRecord, Record
from h323d.ha.turns import Output
from h323d.telling import primitives
from h323d.values.address import TransportAddress

__all__ = [
    "MAX_DESCRIBED",
    "DivergedReport",
    "DoneReport",
    "LeavingReport",
    "Report",
    "Reporter",
    "decode",
    "described",
    "encode",
]

VERSION = 1
MAX_DESCRIBED = 32  # orders of a turn


@dataclass(frozen=True, slots=True)
class DoneReport:
    """
    A turn is done, and all before it.
    """

    turn: int


@dataclass(frozen=True, slots=True)
class DivergedReport:
    """
    It follows no more: something else came of a turn, or of a record.

    @ivar outputs: what would have left, as L{described}.
    """

    turn: int
    reason: str
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeavingReport:
    """
    It follows no more, for want of something: that is nobody's fault.
    """

    reason: str


Report = DoneReport | DivergedReport | LeavingReport


def encode(report: Report) -> bytes:
    """
    For a door that keeps messages apart.
    """
    return primitives.encode((VERSION, report))


def decode(data: bytes) -> Report:
    """
    @raise BadRecord: it is none.
    """
    try:
        read = primitives.decode(data)
    except primitives.Unreadable as error:
        raise BadRecord(f"no report: {error}") from error
    match read:
        case (version, DoneReport() | DivergedReport() | LeavingReport() as report) if (
            version == VERSION
        ):
            return report
    raise BadRecord("no report of this version")


def described(outputs: Iterable[Output]) -> tuple[str, ...]:
    """
    What leaves, in words: an order each, with what it is about.
    """
    listed = list(outputs)
    told = [" ".join((each.order, *map(_word, each.arguments))) for each in listed[:MAX_DESCRIBED]]
    left = len(listed) - len(told)
    return (*told, f"and {left} more") if left else tuple(told)


def _word(argument: Any) -> str:  # Any: as orders have it
    match argument:
        case None | bool() | int() | float() | TransportAddress():
            return str(argument)
        case bytes():
            return f"{len(argument)} octets ({zlib.crc32(argument):08x})"
        case str() | tuple():
            return f"{type(argument).__name__} of {len(argument)}"
    return getattr(argument, "__qualname__", type(argument).__qualname__)


class Told(Protocol):
    """
    The leader, as far as a follower can tell it something.
    """

    def tell(self, report: Report) -> None:
        """Tell it, if it can be told; if not, never mind: it is watched."""


class Reporter:
    """
    Has records followed, and answers heartbeats: so their leader knows how far they are done.

    To say so after each turn would wake the leader for each, which costs it more than to log it.
    """

    def __init__(self, following: Following, leader: Told) -> None:
        self._following = following
        self._leader = leader

    def take(self, record: Record) -> bool:
        """
        A record came.

        @return: whether whoever follows is a copy of the leader still; it must leave otherwise.
        """
        try:
            self._following.take(record)
        except Diverged as error:
            self._leader.tell(DivergedReport(error.turn, error.reason, described(error.outputs)))
            return False
        except BadRecord as error:
            self._leader.tell(DivergedReport(self._following.turn, str(error)))
            return False
        if isinstance(record, HeartbeatRecord):
            self._leader.tell(DoneReport(record.turn))
        return True
