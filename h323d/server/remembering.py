"""
What was signed and shown to the run before: its log has it, so that a server that was killed takes
nothing twice, and need not ask everybody to sign again.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator

from twisted.logger import Logger
from twisted.python.failure import Failure

from h323d.call.surroundings import Surroundings
from h323d.guard.guard import Guard
from h323d.values.ed25519 import SCHEME
from h323d.values.proof import Proof
from h323d.witness.log.config import WitnessConfig
from h323d.witness.log.recent import Recent, recent
from h323d.witness.log.record import Record

__all__ = ["REMEMBERED", "Remembering"]

REMEMBERED = 40.0  # seconds: what is older is stale, whatever clock has signed it


class Remembering:
    """
    Has a guard remember.  Until then, and where there is no log, or calls pass without one, nobody
    knows what was shown before: whatever was signed before the start counts for nothing.
    """

    _log = Logger()

    def __init__(self, config: WitnessConfig, world: Surroundings, guard: Guard) -> None:
        self._directory = world.pathOf(config.directory) if config.required else None
        self._world = world
        self._guard = guard

    def begin(self) -> None:
        """
        Read the log.
        """
        if self._directory is None:
            return
        since = self._world.clock.seconds() - REMEMBERED
        reading = self._world.defer(recent, self._directory, since)
        reading.addCallback(self._read)
        reading.addErrback(self._notRead)

    def _read(self, found: Recent | None) -> None:
        if found is None:
            return
        shown = [each for record in found.records for each in _shownIn(record)]
        self._guard.recall(found.since, shown)
        self._log.info("{count} signatures of before are remembered", count=len(shown))

    def _notRead(self, failure: Failure) -> None:
        if failure.check(OSError) is None:
            self._log.failure("signatures of before are not remembered", failure)
            return
        self._log.warn(
            "signatures of before are not remembered: {reason}", reason=failure.getErrorMessage()
        )


def _shownIn(record: Record) -> Iterator[tuple[bytes, Proof]]:
    """
    What was verified, by the keys that it was verified with.
    """
    decision = record.data.get("decision")
    key = decision.get("key") if isinstance(decision, dict) else ""
    if not key:
        return
    for each in record.data["proofs"]:
        if each["scheme"] == SCHEME:
            nonce = b64decode(each.get("nonce", ""))
            yield b64decode(key), Proof(SCHEME, "", each["time"], nonce)
