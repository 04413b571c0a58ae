"""
One party, as who rehearses sees it: its process, and what that has told.

Times are seconds by the monotonic clock.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from twisted.python.failure import Failure

from h323d.cli.party import PartyFailed, TellingProcess
from h323d.rehearse.cast import Part
from h323d.rehearse.results import Distribution, Join, Leave, LostCall, Reception
from h323d.rehearse.terminal import Role

__all__ = ["Player", "Told"]

TERMINAL = """\
import sys
from h323d.rehearse.haste import hurry
hurry()
from h323d.rehearse.terminal import main
sys.exit(main(sys.argv[1:]))
"""
_COUNTED = ("packetsReceived", "packetsLost", "packetsLate", "concealed")

View = dict[str, Any]  # Any: whatever JSON can say


@dataclass(slots=True)
class Told:
    """
    What a party has told of itself.

    @ivar spans: when there was sound both ways.
    @ivar delays: when, and for how long its packets waited until they were heard, seconds.
    @ivar jitters: when, and the interarrival jitter, ms.
    @ivar counted: packets of the calls that are over.
    """

    joins: list[Join] = field(default_factory=list)
    leaves: list[Leave] = field(default_factory=list)
    lost: list[LostCall] = field(default_factory=list)
    spans: list[tuple[float, float]] = field(default_factory=list)
    codecs: list[str] = field(default_factory=list)
    delays: list[tuple[float, float]] = field(default_factory=list)
    jitters: list[tuple[float, float]] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTED, 0))

    def reception(self) -> Reception | None:
        """
        C{None} if nothing came.
        """
        received, lost, late, concealed = (self.counted[each] for each in _COUNTED)
        if not received:
            return None
        return Reception(
            expected=received + lost,
            lost=lost,
            late=late,
            concealed=concealed,
            frames=received + lost,
            jitter=Distribution.of([ms for _, ms in self.jitters]),
        )


class Player(TellingProcess):
    """
    @ivar told: what it has told.
    @ivar recordings: what it heard, in each of its lives, without endings.
    @ivar isThere: whether it is in its call, with sound both ways.
    @ivar isWanted: whether it ought to be.
    @ivar isSuspect: whether it misbehaves, so that its call may be ended.
    """

    def __init__(
        self,
        reactor: Any,
        part: Part,
        host: str,
        role: Role,
        arguments: Sequence[str],
        aimed: Callable[[int, str, int], None],
    ) -> None:
        """
        @param reactor: Any: of many interfaces.
        @param arguments: of C{h323d-call}.
        @param aimed: is told for which end of the server's the RTP of a port is.
        """
        super().__init__(part.name)
        self.part = part
        self.host = host
        self.told = Told()
        self.recordings: list[Role] = []
        self.isThere = False
        self.isWanted = False
        self.isSuspect = False
        self.isReady = False
        self._reactor = reactor
        self._role = role
        self._arguments = list(arguments)
        self._aimed = aimed
        self._dialledAt = 0.0
        self._answeredAt: float | None = None
        self._packetAt: float | None = None
        self._leavingAt: float | None = None
        self._since = 0.0
        self._latest: View = {}

    def start(self) -> None:
        """
        Begin its process; its recording is another one each time.
        """
        number = len(self.recordings)
        place = self._role.recording
        role = Role(
            self._role.number,
            self._role.parties,
            place.with_name(f"{place.name}-{number}"),
            self._role.portFirst,
            self._role.isRelayed,
        )
        self.recordings.append(role)
        self.isOver = self.isReady = False
        command = [sys.executable, "-c", TERMINAL, *role.arguments(), "--", *self._arguments]
        self._reactor.spawnProcess(self, sys.executable, command, env=None)

    def call(self) -> None:
        self.isWanted = True
        self._leavingAt = None
        self.tell(b"call\n")

    def hangup(self) -> None:
        self.isWanted = False
        self.tell(b"hangup\n")

    def vanish(self) -> None:
        """
        Die without a word.
        """
        self.isWanted = False
        self._latest = {**self._latest, "at": time.monotonic()}
        self.kill()

    def finish(self) -> None:
        """
        Have its process end, and what it has recorded be whole.
        """
        self.isWanted = False
        if self.transport is not None and not self.isOver:
            self.transport.closeStdin()

    def ready(self) -> bool:
        """
        Whether it can call, and be called.

        @raise PartyFailed: its process has ended, or it was refused.
        """
        if self.isOver or self.errors:
            raise PartyFailed(f"{self.name}: {self.errors.decode(errors='replace').strip()}")
        return self.isReady

    def joined(self) -> bool:
        """
        Whether it is in its call.

        @raise PartyFailed: its process has ended, or the call was refused.
        """
        if self.told.joins and not self.isThere:
            reason = self.told.joins[-1].reason or "its call has ended"
            raise PartyFailed(f"{self.name} ({self.part.protocol}) was not let in: {reason}")
        return self.ready() and self.isThere

    @property
    def isConfirmed(self) -> bool:
        """
        Whether it is answered when it leaves: H.323 has an answer for those alone who are
        registered.
        """
        return self.part.protocol != "h323"

    @property
    def isUnconfirmed(self) -> bool:
        """
        Whether it still waits for the answer.
        """
        return bool(self.told.leaves) and self.told.leaves[-1].confirmedMs is None

    @property
    def portFirst(self) -> int:
        """
        Of its ports of media.
        """
        return self._role.portFirst

    @property
    def received(self) -> int:
        """
        Packets, so far.
        """
        return self._countOf("packetsReceived")

    @property
    def lost(self) -> int:
        return self._countOf("packetsLost")

    def _countOf(self, name: str) -> int:
        current: int = self._latest.get(name, 0) if self.isThere else 0
        return self.told.counted[name] + current

    # What it tells.

    def happened(self, event: View) -> None:
        at: float = event["at"]
        match event["event"]:
            case "listening" if self.part.protocol != "gatekeeper":
                self.isReady = True
            case "registered":
                self.isReady = True
            case "dialled" | "offered":
                self._dialledAt = at
                self._answeredAt = self._packetAt = None
            case "answered" if self._answeredAt is None:  # and not transferred
                self._answeredAt = at
            case "firstPacket":
                self._packetAt = at
            case "media" if event["direction"] == "sendrecv":
                self._speaks(at, event["sending"].split()[0])
            case "aimed":
                self._aimed(event["port"], event["host"], event["there"])
            case "figures":
                self._fares(at, event)
            case "leaving":
                self._leavingAt = at
            case "confirmed":
                self._confirmed(at)
            case "failed":
                self.errors += event["reason"].encode() + b"\n"
            case "released":
                self._latest = event
                self._ended(at, event["cause"])

    def processEnded(self, reason: Failure) -> None:
        super().processEnded(reason)
        if self._answeredAt is not None:
            self._close(self._latest.get("at", self._dialledAt))

    def _speaks(self, at: float, codec: str) -> None:
        name = codec.partition("/")[0]
        if self.told.codecs[-1:] != [name]:
            self.told.codecs.append(name)
        if not self.isThere:
            self.isThere, self._since, self._latest = True, at, {}

    def _fares(self, at: float, figures: View) -> None:
        if self.isThere:
            self._latest = figures
            self.told.delays.append((at, figures["delay"]))
            self.told.jitters.append((at, 1000 * figures["jitter"]))

    def _ended(self, at: float, cause: str) -> None:
        wasThere, wasAnswered = self.isThere, self._answeredAt is not None
        self._close(at)
        if not wasAnswered:
            self.told.joins.append(Join(self._dialledAt or at, None, reason=cause))
        elif self._leavingAt is not None:
            if self.isConfirmed:
                self.told.leaves.append(Leave(self._leavingAt, None))
        elif wasThere and self.isWanted and not self.isSuspect:
            self.told.lost.append(LostCall(at, self.part.number, cause))

    def _confirmed(self, at: float) -> None:
        """
        The answer comes when the call is over, as far as its party is concerned.
        """
        if self.isUnconfirmed:
            began = self.told.leaves[-1].at
            self.told.leaves[-1] = Leave(began, 1000 * (at - began))

    def _close(self, at: float) -> None:
        if self._answeredAt is not None:
            self.told.joins.append(self._join(self._answeredAt))
        if self.isThere:
            self.told.spans.append((self._since, at))
            for each in _COUNTED:
                self.told.counted[each] += self._latest.get(each, 0)
        self.isThere = False
        self._answeredAt = self._packetAt = None

    def _join(self, answered: float) -> Join:
        began, packet = self._dialledAt, self._packetAt
        packetMs = None if packet is None else max(0.0, 1000 * (packet - began))
        return Join(began, 1000 * (answered - began), packetMs)

    def spans(self, now: float) -> tuple[tuple[float, float], ...]:
        """
        When it was there, with what lasts until now.
        """
        return (*self.told.spans, *([(self._since, now)] if self.isThere else []))
