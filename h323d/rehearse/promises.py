"""
What is promised of a conference, and whether a rehearsal saw it kept.

Each promise has a figure and a limit, and is kept, broken or not measured.  Latency and jitter are
judged by their 99th percentile, of all pairs or parties and all the time; joins, leaves and
fail-overs by the worst one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from h323d.rehearse.results import Distribution, FaultKind, Rehearsal, Verdict

__all__ = [
    "EXIT_BROKEN",
    "EXIT_KEPT",
    "EXIT_SLOW",
    "EXIT_UNKNOWN",
    "FAIL_OVER_MS",
    "HEARD",
    "JITTER_MS",
    "JOIN_MS",
    "LATENCY_MS",
    "LEAVE_MS",
    "exitStatus",
    "judged",
]

LATENCY_MS = 50.0
JITTER_MS = 10.0
JOIN_MS = 200.0
LEAVE_MS = 200.0
FAIL_OVER_MS = 5000.0
HEARD = 0.9  # of the markers of a speaker, that a listener has to hear

EXIT_KEPT = 0
EXIT_BROKEN = 1
EXIT_SLOW = 3  # what is broken are limits of time alone; 2 is for wrong options
EXIT_UNKNOWN = 4  # none is broken, but one was not measured

_LATENCY = "latency of the server, p99"
_JITTER = "jitter of what the server sends, p99"
_JOIN = "slowest join"
_LEAVE = "slowest leave"
_TIMED = (_LATENCY, _JITTER, _JOIN, _LEAVE)
_MS = " ms"
_FAIL_OVER = "another process takes over, and no call is lost"


def judged(rehearsal: Rehearsal) -> Rehearsal:
    """
    @return: the same, with a verdict for each promise.
    """
    promises = (
        _latency(rehearsal),
        _jitter(rehearsal),
        _joins(rehearsal),
        _leaves(rehearsal),
        _nobodyLost(rehearsal),
        _everybodyHeard(rehearsal),
        _nobodyElse(rehearsal),
        _codecs(rehearsal),
        _failOver(rehearsal),
    )
    return replace(rehearsal, promises=promises)


def exitStatus(promises: Sequence[Verdict]) -> int:
    """
    What the program exits with.  Nobody has to rehearse a fail-over; all else has to be measured.
    """
    broken = [each for each in promises if each.kept is False]
    if broken:
        return EXIT_SLOW if all(map(_isOfTime, broken)) else EXIT_BROKEN
    unknown = [each for each in promises if each.kept is None and each.promise != _FAIL_OVER]
    return EXIT_UNKNOWN if unknown or not promises else EXIT_KEPT


def _isOfTime(broken: Verdict) -> bool:
    """
    Whether something only came late, as it may on a busy machine.
    """
    return broken.promise in _TIMED and broken.figure.endswith(_MS)


def _latency(rehearsal: Rehearsal) -> Verdict:
    found = Distribution.together(pair.server for pair in rehearsal.heard.pairs)
    return _below(_LATENCY, _p99(found), LATENCY_MS)


def _jitter(rehearsal: Rehearsal) -> Verdict:
    receptions = [each.reception for each in rehearsal.parties if each.reception is not None]
    found = Distribution.together(each.jitter for each in receptions)
    return _below(_JITTER, _p99(found), JITTER_MS)


def _joins(rehearsal: Rehearsal) -> Verdict:
    joins = [join for party in rehearsal.parties for join in party.joins]
    refused = sum(join.answeredMs is None for join in joins)
    if refused:
        return Verdict(_JOIN, _limit(JOIN_MS), f"{refused} not let in", False)
    return _below(_JOIN, _worst(join.answeredMs for join in joins), JOIN_MS)


def _leaves(rehearsal: Rehearsal) -> Verdict:
    leaves = [leave for party in rehearsal.parties for leave in party.leaves]
    silent = sum(leave.confirmedMs is None for leave in leaves)
    if silent:
        return Verdict(_LEAVE, _limit(LEAVE_MS), f"{silent} not confirmed", False)
    return _below(_LEAVE, _worst(leave.confirmedMs for leave in leaves), LEAVE_MS)


def _nobodyLost(rehearsal: Rehearsal) -> Verdict:
    came = any(join.answeredMs is not None for each in rehearsal.parties for join in each.joins)
    lost = len(rehearsal.lost)
    return Verdict("nobody is lost", "0 calls", f"{lost} lost", lost == 0 if came else None)


def _everybodyHeard(rehearsal: Rehearsal) -> Verdict:
    promise, limit = "everybody hears everybody", f"{100 * HEARD:.0f} % of each one's markers"
    pairs = [pair for pair in rehearsal.heard.pairs if pair.said]
    if not pairs:
        return Verdict(promise, limit, "", None)
    heard = sum(pair.heard >= HEARD * pair.said for pair in pairs)
    return Verdict(promise, limit, f"{heard} of {len(pairs)} pairs", heard == len(pairs))


def _nobodyElse(rehearsal: Rehearsal) -> Verdict:
    promise, limit = "nobody hears who is not there, or itself", "0 heard"
    if not rehearsal.heard.pairs:
        return Verdict(promise, limit, "", None)
    strangers = sum(each.kind is FaultKind.STRANGER for each in rehearsal.heard.faults)
    return Verdict(promise, limit, f"{strangers} heard", strangers == 0)


def _codecs(rehearsal: Rehearsal) -> Verdict:
    promise, limit = "no codec is dropped", "0 calls"
    known = [party for party in rehearsal.parties if party.codecs]
    if not known:
        return Verdict(promise, limit, "", None)
    dropped = sum(len(party.codecs) > 1 for party in known)
    return Verdict(promise, limit, f"{dropped} of {len(known)}", dropped == 0)


def _failOver(rehearsal: Rehearsal) -> Verdict:
    limit = f"< {FAIL_OVER_MS / 1000:g} s, 0 calls"
    incidents = [each for each in rehearsal.incidents if each.isFailOver]
    if not incidents:
        return Verdict(_FAIL_OVER, limit, "", None)
    lost = sum(any(each.at <= call.at for each in incidents) for call in rehearsal.lost)
    times = [each.overMs for each in incidents if each.overMs is not None]
    told = f"{max(times) / 1000:.2f} s" if len(times) == len(incidents) else "never over"
    kept = len(times) == len(incidents) and max(times) < FAIL_OVER_MS and not lost
    return Verdict(_FAIL_OVER, limit, f"{told}, {lost} lost", kept)


def _p99(found: Distribution | None) -> float | None:
    return None if found is None else found.p99


def _worst(values: Iterable[float | None]) -> float | None:
    return max((each for each in values if each is not None), default=None)


def _below(promise: str, figure: float | None, limit: float) -> Verdict:
    if figure is None:
        return Verdict(promise, _limit(limit), "", None)
    return Verdict(promise, _limit(limit), f"{figure:.1f}{_MS}", figure < limit)


def _limit(milliseconds: float) -> str:
    return f"< {milliseconds:g} ms"
