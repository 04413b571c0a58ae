"""
What a L{Run} has seen and recorded, as results.

The recordings are stamped when a loudspeaker would have played them.  When the packets came that
held it is less by as long as packets waited in the party's jitter buffer, which each party tells
once a second; so the latency of the server is as accurate as that mean.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from h323d import __version__
from h323d.cli.callsettings import codecsOf
from h323d.rehearse.analysis import Member, binned, heard
from h323d.rehearse.calibration import codecDelay
from h323d.rehearse.ear import Listening, listen
from h323d.rehearse.marker import ACCURACY, PARAMETRIC_ACCURACY
from h323d.rehearse.options import Plan
from h323d.rehearse.player import Player
from h323d.rehearse.recording import Stamps, load, loadStamps
from h323d.rehearse.results import (
    Environment,
    FaultKind,
    Heard,
    Incident,
    Join,
    Leave,
    Party,
    Rehearsal,
)
from h323d.rehearse.run import Run
from h323d.rehearse.script import Deed

__all__ = ["found"]

AFTER = 1.0  # seconds after an incident in which a gap begins that it is the cause of
EXCUSE = 5.0  # seconds after it in which sound may be missing
EXCUSED = (Deed.KILL_MEDIA.value, Deed.STALL_LEADER.value)
"""
What sound does not outlive unharmed.
"""
PARAMETRIC = ("G729", "G723", "GSM", "AMR")

Floats = npt.NDArray[np.float64]


def found(plan: Plan, run: Run, began: datetime) -> Rehearsal:
    """
    Listen to all that was recorded, and put it together with what was told.

    @param began: by the calendar.
    """
    seconds = run.ended - run.began
    members = [_member(each, run.ended) for each in run.players]
    excused = [(each.at, each.at + EXCUSE) for each in run.incidents if each.what in EXCUSED]
    everything = heard(members, len(members), run.began, seconds, excused)
    jitters = [pair for each in run.players for pair in each.told.jitters]
    at, values = np.array(jitters, np.float64).reshape(-1, 2).T
    return Rehearsal(
        environment=_environment(plan, run, began, seconds),
        parties=tuple(_party(each, run.began) for each in run.players),
        heard=everything,
        jitter=binned(at - run.began, values, seconds),
        incidents=tuple(_incident(each, run, everything) for each in run.incidents),
        load=tuple(replace(each, at=each.at - run.began) for each in run.watch.load),
        lost=tuple(
            replace(call, at=call.at - run.began) for each in run.players for call in each.told.lost
        ),
        notes=tuple(_notes(plan, run)),
    )


def _member(player: Player, ended: float) -> Member:
    """
    A party, with what it heard in all of its lives.
    """
    lives = [load(role.recording) for role in player.recordings]
    number, parties = player.part.number, player.recordings[0].parties if lives else 1
    listening = _together([listen(life, parties) for life in lives])
    left = [loadStamps(role.said) for role in player.recordings]
    codec = (player.told.codecs or [player.part.codec])[0]
    return Member(
        number=number,
        group=player.part.group,
        spans=player.spans(ended),
        mouthToEar=listening,
        packets=_arrived(listening, player.told.delays),
        left=Stamps(
            np.concatenate([np.zeros(0, np.int64), *(each.begins for each in left)]),
            np.concatenate([np.zeros(0), *(each.times for each in left)]),
        ),
        accuracy=PARAMETRIC_ACCURACY if codec.startswith(PARAMETRIC) else ACCURACY,
        codecDelay=codecDelay(codecsOf(codec)[0]),
    )


def _together(lives: Sequence[Listening]) -> Listening:
    return Listening(
        np.concatenate([np.zeros(0, np.intp), *(each.parties for each in lives)]),
        np.concatenate([np.zeros(0), *(each.times for each in lives)]),
        np.concatenate([np.zeros((0, 2)), *(each.quiet for each in lives)]),
        np.concatenate([np.zeros((0, 2)), *(each.doubles for each in lives)]),
    )


def _arrived(played: Listening, delays: Sequence[tuple[float, float]]) -> Listening | None:
    """
    The same, stamped with the arrival of its packets.

    @param delays: when, and for how long packets waited until they were played.
    """
    if not delays:
        return None
    at, waited = np.array(delays, np.float64).T

    def arrived(times: Floats) -> Floats:
        earlier: Floats = times - np.interp(times, at, waited)
        return earlier

    doubles = played.doubles.copy()
    doubles[:, 0] = arrived(doubles[:, 0])
    return Listening(played.parties, arrived(played.times), arrived(played.quiet), doubles)


def _environment(plan: Plan, run: Run, began: datetime, seconds: float) -> Environment:
    protection = ", protected" if plan.isProtected else ""
    guard = ", guarded" if plan.isGuarded else ""
    ours = f"h323d {__version__}{protection}{guard}"
    return Environment(
        began=began.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        server=plan.server or ours,
        machine=f"{platform.system()} {platform.release()}, {platform.machine()}",
        processors=len(os.sched_getaffinity(0)),
        seconds=round(seconds, 3),
        seed=plan.seed,
        network=str(plan.impairment),
        interrupted=run.isInterrupted,
    )


def _party(player: Player, began: float) -> Party:
    part, told = player.part, player.told
    return Party(
        number=part.number,
        name=part.name,
        protocol="H.323" if part.isH323 else "SIP",
        startUp=part.startUp,
        codecs=tuple(told.codecs),
        packetMs=part.packetMs,
        proof=part.proof,
        callType=part.callType,
        group=part.group,
        joins=tuple(
            Join(each.at - began, each.answeredMs, each.packetMs, each.reason)
            for each in told.joins
        ),
        leaves=tuple(
            Leave(each.at - began, each.confirmedMs, each.packetMs) for each in told.leaves
        ),
        reception=told.reception(),
    )


def _incident(incident: Incident, run: Run, everything: Heard) -> Incident:
    """
    It is over when nobody misses anything any more that it was the cause of.
    """
    at = incident.at - run.began
    gaps = [
        fault.at + fault.ms / 1000 - at
        for fault in everything.faults
        if fault.kind is FaultKind.GAP
        and at <= fault.at + fault.ms / 1000
        and fault.at < at + AFTER
    ]
    wasSeen = at + AFTER < run.ended - run.began or bool(gaps)
    over = 1000 * max(gaps, default=0.0) if wasSeen else None
    return replace(incident, at=at, overMs=over if incident.isFailOver else None)


def _notes(plan: Plan, run: Run) -> list[str]:
    notes = [
        "H.323 has no answer to ReleaseComplete: of those who call directly, no leave is told."
    ]
    if run.fault:
        notes.append(f"It came to an end before its time: {run.fault}")
    if plan.impairment.loss:
        notes.append("Packets are lost on purpose, in both directions, and not of signalling.")
    return notes
