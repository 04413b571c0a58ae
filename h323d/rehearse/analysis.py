"""
What all recordings of a rehearsal hold together: who heard whom, how late, and what was wrong.

How to use it.  When all is over, each recording is listened to, one after the other or in a process
each (L{h323d.rehearse.ear.listen}).  For each party a L{Member} has that, and what the run knows of
the party: with whom it was together, and when.  L{heard} compares.

Accuracy.  A latency is as accurate as a sighting (L{Member.accuracy}) and the stamps of both ends.
None is told that is longer than a round of markers, which is 0.2 s for each party: what comes
later than that is missing, and a marker of the next round.  A slip is found from 8 ms on, or from
six times what latencies usually differ by; drift to twice the accuracy over the time for which it
is seen.  For the rest see L{h323d.rehearse.faults}.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from h323d.rehearse.ear import Listening
from h323d.rehearse.faults import drift, gaps, joined, slips, stretches
from h323d.rehearse.marker import ACCURACY, LENGTH, SLOT
from h323d.rehearse.recording import Stamps
from h323d.rehearse.results import DECIMALS, Bin, Distribution, Fault, FaultKind, Heard, Pair

__all__ = ["BINS", "EARLY", "SETTLED", "Member", "binned", "heard", "interruption"]

EARLY = 0.05  # seconds: no latency is less than that below 0
SETTLED = 0.5  # seconds after which whoever is there has to be heard, and may be after it left
BINS = 180  # on an axis of time, at most
INTERRUPTED = 0.1  # seconds without a packet

Floats = npt.NDArray[np.float64]
Cycles = npt.NDArray[np.int64]
Span = tuple[float, float]
"""
From when to when, seconds by the monotonic clock.
"""


@dataclass(frozen=True, slots=True)
class Member:
    """
    One party, as the run knows it.

    @ivar group: whoever has the same number hears it.
    @ivar spans: when it was there, with sound both ways.
    @ivar mouthToEar: what it heard, stamped when a loudspeaker would have played it.
    @ivar packets: what it heard, stamped with the arrival of its packets.
    @ivar left: when its packets left, by the number of their first sample
        (L{h323d.rehearse.marker.position}); C{None} if each did when it should.
    @ivar accuracy: of sightings, by the codec of its leg, seconds.
    @ivar codecDelay: of that codec (L{h323d.rehearse.calibration}), seconds.
    @ivar passed: its packets are sent on as they are, so that they are coded once.
    """

    number: int
    group: int
    spans: tuple[Span, ...]
    mouthToEar: Listening | None = None
    packets: Listening | None = None
    left: Stamps | None = None
    accuracy: float = ACCURACY
    codecDelay: float = 0.0
    passed: bool = False


@dataclass(frozen=True, slots=True)
class Latencies:
    """
    Of one party's markers at another.

    @ivar cycles: C{int64[n]}: which round each marker is of.
    @ivar times: C{float64[n]}: when it was heard.
    @ivar seconds: C{float64[n]}: since it left.
    """

    cycles: Cycles
    times: Floats
    seconds: Floats


@dataclass(frozen=True, slots=True)
class Connection:
    """
    One party's sound on its way to another.

    @ivar expected: C{int64[n]}: the rounds in which both were there.
    """

    speaker: Member
    listener: Member
    expected: Cycles
    mouthToEar: Latencies | None
    packets: Latencies | None

    @property
    def best(self) -> Latencies | None:
        """
        What tells most of the server, and least of the listener.
        """
        return self.packets or self.mouthToEar

    @property
    def codecDelay(self) -> float:
        if self.speaker.passed and self.listener.passed:
            return self.speaker.codecDelay
        return self.speaker.codecDelay + self.listener.codecDelay


class Round:
    """
    When whose marker leaves.
    """

    def __init__(self, parties: int) -> None:
        self.parties = parties
        self.seconds = parties * SLOT

    def connection(self, speaker: Member, listener: Member, excused: Sequence[Span]) -> Connection:
        """
        @param excused: spans of which nothing is expected.
        """
        expected = self._expected(speaker, listener, excused)
        ways = listener.mouthToEar, listener.packets
        return Connection(
            *(speaker, listener, expected),
            *(None if way is None else self._latencies(speaker, way, expected) for way in ways),
        )

    def began(self, party: int, cycles: Cycles) -> Floats:
        """
        @return: C{float64[n]}: when the marker of each round should leave.
        """
        started: Floats = cycles.astype(np.float64) * self.seconds + party * SLOT
        return started

    def _expected(self, speaker: Member, listener: Member, excused: Sequence[Span]) -> Cycles:
        found = [np.zeros(0, np.int64)]
        for one in speaker.spans:
            for other in listener.spans:
                begin = max(one[0], other[0]) + SETTLED - speaker.number * SLOT
                end = min(one[1], other[1]) - SETTLED - LENGTH - speaker.number * SLOT
                first, last = np.ceil(begin / self.seconds), np.floor(end / self.seconds)
                found.append(np.arange(first, last + 1).astype(np.int64))
        cycles = np.unique(np.concatenate(found))
        began = self.began(speaker.number, cycles)
        free = np.ones(len(cycles), bool)
        for begin, end in excused:
            free &= (began + LENGTH < begin) | (began > end)
        return cycles[free]

    def _latencies(self, speaker: Member, listening: Listening, expected: Cycles) -> Latencies:
        times = listening.of(speaker.number)
        rounds = (times + EARLY - speaker.number * SLOT) / self.seconds
        cycles, first = np.unique(np.floor(rounds).astype(np.int64), return_index=True)
        wanted = np.isin(cycles, expected)
        cycles, times = cycles[wanted], times[first[wanted]]
        began = self.began(speaker.number, cycles)
        stamps = speaker.left
        known = stamps is not None and len(stamps.begins)
        left = stamps.at(began * stamps.rate) if stamps is not None and known else began
        return Latencies(cycles, times, times - left)


def heard(
    members: Sequence[Member],
    parties: int,
    began: float,
    seconds: float,
    excused: Sequence[Span] = (),
) -> Heard:
    """
    @param parties: how many go round, there or not.
    @param began: of the rehearsal, by the monotonic clock.
    @param seconds: that it lasted.
    @param excused: in which nobody has to be heard, and everybody may be: while another process
        takes over, say.
    """
    rounds = Round(parties)
    connections = [
        rounds.connection(speaker, listener, excused)
        for listener in members
        for speaker in members
        if speaker is not listener and speaker.group == listener.group
    ]
    faults = [fault for each in connections for fault in _slips(each, began)]
    for listener in members:
        mine = [each for each in connections if each.listener is listener]
        faults += _ownFaults(listener, mine, rounds, began)
        faults += _strangers(listener, members, rounds, began)
    return Heard(
        tuple(map(_pair, connections)),
        tuple(sorted(faults, key=_order)),
        _overTime([(each.mouthToEar, 0.0) for each in connections], began, seconds),
        _overTime([(each.packets, each.codecDelay) for each in connections], began, seconds),
    )


def binned(at: Floats, values: Floats, seconds: float) -> tuple[Bin, ...]:
    """
    @param at: C{float64[n]}: since the rehearsal began, in any order.
    @param values: C{float64[n]}.
    @param seconds: that it lasted.
    """
    width = max(1.0, float(np.ceil(seconds / BINS)))
    numbers = np.floor(at / width).astype(np.int64)
    bins = []
    for number in np.unique(numbers).tolist():
        chosen = values[numbers == number]
        low, middle, high, greatest = np.percentile(chosen, (5, 50, 95, 100)).round(DECIMALS)
        figures = float(low), float(middle), float(high), float(greatest)
        bins.append(Bin(number * width, len(chosen), *figures))
    return tuple(bins)


def interruption(stamps: Stamps, at: float, within: float) -> float | None:
    """
    For how long nothing came to a party because of what was done.

    @param stamps: when its packets came.
    @param at: when it was done.
    @param within: how long after that an interruption may begin, seconds.
    @return: seconds from C{at} until packets came again; 0 if they never ceased, C{None} if they
        did not come again.
    """
    times = np.sort(stamps.times)
    before = times[:-1]
    around = (times[1:] > at) & (before < at + within) & (np.diff(times) > INTERRUPTED)
    if around.any():
        return float(times[1:][around].max() - at)
    return 0.0 if len(times) and times[-1] >= at + within else None


def _pair(connection: Connection) -> Pair:
    best = connection.best
    accuracy = max(connection.speaker.accuracy, connection.listener.accuracy)
    ppm = None if best is None else drift(best.times, best.seconds)
    return Pair(
        connection.speaker.number,
        connection.listener.number,
        len(connection.expected),
        0 if best is None else len(best.cycles),
        _distribution(connection.mouthToEar, 0.0),
        _distribution(connection.packets, connection.codecDelay),
        None if ppm is None else round(ppm, 1),
        1000 * accuracy,
    )


def _distribution(latencies: Latencies | None, less: float) -> Distribution | None:
    return None if latencies is None else Distribution.of(1000 * (latencies.seconds - less))


def _overTime(
    all_: Sequence[tuple[Latencies | None, float]], began: float, seconds: float
) -> tuple[Bin, ...]:
    """
    @param all_: with what is to be subtracted of each.
    """
    there = [(each, less) for each, less in all_ if each is not None]
    if not there:
        return ()
    at = np.concatenate([each.times for each, _ in there]) - began
    values = np.concatenate([1000 * (each.seconds - less) for each, less in there])
    return binned(at, values, seconds)


def _slips(connection: Connection, began: float) -> Iterator[Fault]:
    best = connection.best
    if best is None:
        return
    listener, speaker = connection.listener.number, connection.speaker.number
    for at, size in slips(best.times, best.seconds):
        yield _fault(FaultKind.SLIP, listener, at - began, size, speaker)


def _ownFaults(
    listener: Member, connections: Sequence[Connection], rounds: Round, began: float
) -> Iterator[Fault]:
    """
    Gaps, and what came twice.
    """
    listening = listener.packets or listener.mouthToEar
    if listening is None:
        return
    sounding = [np.zeros((0, 2))]
    for each in connections:
        best = each.best
        if best is not None and len(best.cycles):
            behind = best.times - rounds.began(each.speaker.number, best.cycles)
            next_ = np.searchsorted(best.cycles, each.expected).clip(max=len(behind) - 1)
            begins = rounds.began(each.speaker.number, each.expected) + behind[next_]
            sounding.append(np.stack([begins, begins + LENGTH], axis=1))
    for at, seconds in gaps(listening.quiet, joined(np.concatenate(sounding))):
        yield _fault(FaultKind.GAP, listener.number, at - began, seconds)
    for at, seconds in listening.doubles.tolist():
        yield _fault(FaultKind.DOUBLE, listener.number, at - began, seconds)


def _strangers(
    listener: Member, members: Sequence[Member], rounds: Round, began: float
) -> Iterator[Fault]:
    """
    Whoever was heard more than once, and was not there.
    """
    listening = listener.packets or listener.mouthToEar
    if listening is None:
        return
    friends = {
        each.number: each.spans
        for each in members
        if each.group == listener.group and each is not listener
    }
    for party in np.unique(listening.parties).tolist():
        times = listening.of(party)
        known = np.zeros(len(times), bool)
        for begin, end in friends.get(party, ()):
            known |= (times >= begin - SETTLED) & (times <= end + SETTLED)
        for at, seconds in stretches(times[~known], 2.5 * rounds.seconds):
            if seconds:
                length = seconds + LENGTH
                yield _fault(FaultKind.STRANGER, listener.number, at - began, length, party)


def _fault(
    kind: FaultKind, listener: int, at: float, seconds: float, speaker: int | None = None
) -> Fault:
    milliseconds = round(1000 * seconds, DECIMALS)
    return Fault(kind, listener, round(at, DECIMALS), milliseconds, speaker)


def _order(fault: Fault) -> tuple[float, int, str]:
    return fault.at, fault.listener, fault.kind.value
