"""
What the demo shows: a live table, a summary, and a verdict.
"""

from __future__ import annotations

import statistics
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from h323d.cli.party import Party
from h323d.dsp.tones import levelsAt

__all__ = ["PartyReport", "brokenLimits", "judge", "liveTable", "soundLimits", "summary"]

View = dict[str, Any]  # Any: whatever JSON can say

AUDIBLE = 12.0  # dB that a tone may be below the loudest one, and still count as heard
SILENT = 25.0  # dB that one's own tone must be below the loudest one
PART = 1.0  # seconds of a recording that are looked at together
EDGE = 1.0  # seconds at the end of a recording that the hanging up may have spoilt

JOIN = {"sip": (10.0, 50.0), "h323": (20.0, 100.0)}  # ms, median and worst
LATENCY = (20.0, 30.0)  # ms
JITTER = (0.5, 2.0)  # ms
JITTER_PASSED = (3.0, 5.0)  # ms, of packets that are sent on as they come


@dataclass(frozen=True)
class PartyReport:
    """
    One party's part.

    @ivar heard: the tones that it heard, Hz.
    @ivar ownHeard: it heard itself.
    @ivar join: Setup to Connect, or INVITE to 200, ms.
    @ivar latency: within the server, ms; see C{PortStatistics.delay}.
    @ivar jitter: of what the server sent it, ms.
    @ivar lost: packets from the server that never came.
    @ivar serverLost: packets to the server that never came.
    """

    name: str
    protocol: str
    how: str
    tone: int
    heard: tuple[int, ...]
    ownHeard: bool
    join: float
    latency: float
    jitter: float
    received: int
    lost: int
    serverLost: int

    @classmethod
    def of(
        cls, party: Party, calls: list[View], tones: Sequence[int], seconds: float
    ) -> PartyReport:
        """
        Put together what the party told, what the server told, and what the
        recording holds.  Somebody is heard who was heard in one part of it: on a busy machine
        a caller may say nothing for a moment.

        @param seconds: of the recording's end, in which all said something.
        """
        protocol = "sip" if party.protocol.startswith("sip") else "h323"
        media: View = next(
            (
                call["media"]
                for call in calls
                if call["protocol"] == protocol
                and party.alias in (*call["calling"], *call["called"])
            ),
            {},
        )
        told = party.event("summary")
        levels = _levels(party, tones, seconds)
        best = dict(zip(tones, levels.max(axis=0).tolist(), strict=True))
        loudest = max(best.values())
        heard = tuple(
            tone for tone in tones if tone != party.tone and best[tone] > loudest - AUDIBLE
        )
        own = float(np.median(levels[:, tones.index(party.tone)]))
        return cls(
            name=party.name,
            protocol=protocol,
            how=party.how,
            tone=party.tone,
            heard=heard,
            ownHeard=own > loudest - SILENT,
            join=float(party.event("answered").get("joinMs", float("nan"))),
            latency=1000 * float(media.get("delay") or "nan"),
            jitter=1000 * float(told.get("jitter", "nan")),
            received=int(told.get("packetsReceived", 0)),
            lost=int(told.get("packetsLost", 0)),
            serverLost=int(media.get("packetsLost", 0)),
        )


def _levels(party: Party, tones: Sequence[int], seconds: float) -> npt.NDArray[np.float64]:
    """
    @return: C{float64[parts, tones]}, dBov.
    """
    with wave.open(str(party.recording), "rb") as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    end, size = len(samples) - int(EDGE * rate), int(PART * rate)
    begin = max(0, end - int(seconds * rate))
    parts = [samples[at : at + size] for at in range(begin, max(begin + 1, end - size + 1), size)]
    return np.array([levelsAt(part, tones, rate) for part in parts])


def liveTable(calls: list[View], rooms: list[View], elapsed: float, terminal: bool) -> str:
    """
    How things stand: a whole table for a terminal, drawn over the one before;
    one line where output goes to a file.
    """
    lost = sum(call.get("media", {}).get("packetsLost", 0) for call in calls)
    if not terminal:
        received = sum(call.get("media", {}).get("packetsReceived", 0) for call in calls)
        return f"{elapsed:5.1f} s  {len(calls)} calls  {received} packets in  {lost} lost"
    levels = {each["legId"]: each for room in rooms for each in room["participants"]}
    lines = [f"{elapsed:5.1f} s   {'who':<6} {'how':<6} {'codec':<10} {'packets':>8} {'lost':>5} "
             f"{'jitter':>8} {'buffer':>8}  level"]  # fmt: skip
    for call in calls:
        media = call.get("media", {})
        level = levels.get(call["legId"], {}).get("level")
        bar = "#" * max(0, int((level + 60) / 3)) if level is not None else ""
        lines.append(
            f"          {call['calling'][0][:6]:<6} {call['protocol']:<6} "
            f"{media.get('format') or '-':<10} {media.get('packetsReceived', 0):>8} "
            f"{media.get('packetsLost', 0):>5} {1000 * media.get('jitter', 0):>5.2f} ms "
            f"{1000 * media.get('bufferDepth', 0):>5.0f} ms  {bar}"
        )
    back = f"\x1b[{len(lines)}A" if elapsed > 1.5 else ""
    return back + "\n".join(f"\x1b[2K{line}" for line in lines)


def summary(outcomes: Sequence[PartyReport]) -> str:
    """
    A row for each party.
    """
    lines = [f"\n{'party':<9} {'by':<5} {'how':<27} {'tone':>7} {'heard':>6} {'itself':>7} "
             f"{'join':>9} {'latency':>9} {'jitter':>8} {'lost':>9}"]  # fmt: skip
    for each in outcomes:
        itself = "yes" if each.ownHeard else "no"
        lines.append(
            f"{each.name:<9} {each.protocol:<5} {each.how:<27} {each.tone:>4} Hz "
            f"{len(each.heard):>6} {itself:>7} {each.join:>6.1f} ms {each.latency:>6.1f} ms "
            f"{each.jitter:>5.2f} ms {each.lost:>4}/{each.received}"
        )
    return "\n".join(lines) + "\n"


def judge(outcomes: Sequence[PartyReport]) -> list[str]:
    """
    @return: who did not hear whom, and what was lost.
    """
    complaints = []
    others = len(outcomes) - 1
    for each in outcomes:
        if len(each.heard) < others:
            complaints.append(f"{each.name} heard only {len(each.heard)} of {others}")
        if each.ownHeard:
            complaints.append(f"{each.name} heard itself")
        if each.serverLost or each.lost:
            complaints.append(f"{each.name} lost {each.lost} packets, the server {each.serverLost}")
    return complaints


def brokenLimits(outcomes: Sequence[PartyReport]) -> list[str]:
    """
    @return: what took longer than it may.
    """
    complaints = []
    for protocol, limits in JOIN.items():
        joins = [each.join for each in outcomes if each.protocol == protocol]
        complaints += _over(f"join by {protocol}", joins, limits)
    return complaints + soundLimits(outcomes, JITTER)


def soundLimits(outcomes: Sequence[PartyReport], jitter: tuple[float, float]) -> list[str]:
    """
    @param jitter: what it may be, median and worst, ms.
    @return: what came later than it may.
    """
    latencies, jitters = zip(*((each.latency, each.jitter) for each in outcomes), strict=True)
    complaints = _over("latency", latencies, LATENCY)
    return complaints + _over("jitter", jitters, jitter)


def _over(what: str, values: Sequence[float], limits: tuple[float, float]) -> list[str]:
    median, worst = statistics.median(values), max(values)
    complaints = []
    if not median <= limits[0]:
        complaints.append(f"{what}: median {median:.1f} ms is over {limits[0]:.1f} ms")
    if not worst <= limits[1]:
        complaints.append(f"{what}: worst {worst:.1f} ms is over {limits[1]:.1f} ms")
    return complaints
