"""
A party's wires, with a tap: whoever rehearses is told when the server has confirmed that a party
leaves.

By SIP that is the 200 to its BYE; where it is registered by H.323, the answer to its DRQ.  H.323
itself knows no answer to a ReleaseComplete.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from zope.interface import implementer

from h323d.call.wire import IWireLog, WireFollower, WireMessage, WireProtocol
from h323d.errors import DecodeError
from h323d.h323.ras.messages import decodeRAS

__all__ = ["LeaveTap", "Tap"]

_CONFIRMED = re.compile(
    rb"SIP/2\.0 200 .*^CSeq: *\d+ +BYE\r?$", re.DOTALL | re.MULTILINE | re.IGNORECASE
)


class Tap(Protocol):
    """
    Who rehearses.
    """

    def leaveConfirmed(self) -> None:
        """The server knows that we have left."""


@implementer(IWireLog)
class LeaveTap:
    """
    Keeps nothing.
    """

    keeps = True  # or nothing would be noted
    followers = 0

    def __init__(self, tap: Tap) -> None:
        self._tap = tap

    def seen(self, name: str, message: WireMessage) -> None:
        if not message.sent and _confirms(message):
            self._tap.leaveConfirmed()

    def belongs(self, name: str, callId: str) -> None:
        """It does not matter."""

    def conceal(self, name: str) -> None:
        """Nothing is kept."""

    def of(self, name: str) -> Sequence[WireMessage]:
        return ()

    def namesOf(self, name: str) -> Sequence[str]:
        return ()

    def follow(self, name: str, follower: WireFollower) -> None:
        """Nobody does."""

    def unfollow(self, follower: WireFollower) -> None:
        """Nobody does."""


def _confirms(message: WireMessage) -> bool:
    if message.protocol is WireProtocol.SIP:
        return _CONFIRMED.match(message.octets) is not None
    if message.protocol is not WireProtocol.RAS:
        return False
    try:
        return decodeRAS(message.octets).name == "disengageConfirm"
    except DecodeError:
        return False
