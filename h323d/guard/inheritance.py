"""
What a Setup takes over from the ARQ of the same call, which has proven who calls, and the answer to
a call of ours from that of who is called: a token in each would prove the same twice, and equipment
with a password has none for a Setup or a Connect.

It counts once, for as long as a Setup or an answer may take, from the same host, for nobody who was
not asked for, as no other type of call, and for as long as the same registry is in force.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from h323d.call.applications import Application, CallType
from h323d.guard.registry.guardian import ProofForm
from h323d.values.address import PartyAddress

__all__ = ["RINGING", "Granted", "Inheritance"]

LIFETIME = 60.0  # seconds from an ARQ to its Setup
RINGING = 240.0  # seconds from the ARQ of who is called to their answer: T301, and some more
MAX_GRANTED = 10_000


@dataclass(frozen=True, slots=True)
class Granted:
    """
    What an ARQ was granted.

    @ivar host: where it came from.
    @ivar called: whom it asked for.
    @ivar generation: of the registry that was looked into.
    @ivar at: seconds of Unix time.
    """

    terminalId: str
    form: ProofForm
    key: bytes
    callType: CallType | None
    host: str
    called: frozenset[PartyAddress]
    generation: str
    at: float


class Inheritance:
    """
    What has been granted, and not been taken over yet.
    """

    def __init__(self, lifetime: float = LIFETIME) -> None:
        self._lifetime = lifetime
        self._granted: OrderedDict[str, Granted] = OrderedDict()

    def __len__(self) -> int:
        return len(self._granted)

    def leave(self, callIdentifier: str, granted: Granted) -> None:
        """
        An ARQ was granted.
        """
        self._granted.pop(callIdentifier, None)
        self._granted[callIdentifier] = granted
        while len(self._granted) > MAX_GRANTED or self._isOver(granted.at):
            self._granted.popitem(last=False)

    def take(self, setup: Application, generation: str, now: float) -> Granted | None:
        """
        What a Setup takes over; C{None} if there is nothing for it.  What is there is gone
        afterwards, whether it was for this one or not: a call has one Setup.
        """
        granted = self._granted.pop(setup.callIdentifier, None)
        if granted is None or setup.source is None:
            return None
        asked = frozenset(setup.called)
        fits = (
            now - granted.at <= self._lifetime
            and granted.host == setup.source.host
            and granted.generation == generation
            and asked <= granted.called
            and setup.callType in (None, granted.callType)
        )
        return granted if fits else None

    def _isOver(self, now: float) -> bool:
        first = next(iter(self._granted.values()))
        return now - first.at > self._lifetime
