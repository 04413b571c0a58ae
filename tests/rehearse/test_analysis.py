"""
The analysis finds what is there, as accurately as it says, and nothing where nothing is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from h323d.dsp.provisions import Provision, provisions
from h323d.dsp.resample import resampled
from h323d.rehearse.analysis import BINS, Member, binned, heard, interruption
from h323d.rehearse.calibration import codecDelay, rateOf, thereAndBack
from h323d.rehearse.ear import Listening, listen
from h323d.rehearse.marker import (
    ACCURACY,
    LENGTH,
    PARAMETRIC_ACCURACY,
    RATE,
    SLOT,
    Voice,
    position,
)
from h323d.rehearse.recording import RESAMPLED, Recording, Stamps
from h323d.rehearse.results import Fault, FaultKind, Heard, Pair
from tests.support.rehearsed import BEGAN, PIECE, heardBy, mixed, recorded

Samples = npt.NDArray[np.int16]
Spoil = Callable[[Samples], Samples]

SECONDS = 30.0
PARAMETRIC = {"G729", "G723", "GSM", "AMR"}


class Stage:
    """
    Parties that all hear each other, late by chance.

    @ivar late: by listener and speaker, seconds.
    """

    def __init__(self, seed: int, parties: int, seconds: float = SECONDS) -> None:
        self.chance = np.random.default_rng(seed)
        self.parties = parties
        self.seconds = seconds
        self.late = {
            (listener, speaker): float(self.chance.uniform(0, 0.09))
            for listener in range(parties)
            for speaker in range(parties)
            if listener != speaker
        }

    def sound(self, listener: int) -> Samples:
        late = {
            speaker: self.late[listener, speaker]
            for speaker in range(self.parties)
            if speaker != listener
        }
        return mixed(self.parties, late, self.seconds)

    def members(self, spoilt: dict[int, Spoil] | None = None) -> list[Member]:
        """
        @param spoilt: what befalls the sound of these listeners: then they alone listen.
        """
        spoils = spoilt or dict.fromkeys(range(self.parties), unspoilt)
        listening = {
            each: heardBy(spoil(self.sound(each)), self.parties) for each, spoil in spoils.items()
        }
        span = BEGAN, BEGAN + self.seconds
        return [
            Member(each, 0, (span,), packets=listening.get(each)) for each in range(self.parties)
        ]

    def heard(self, members: list[Member]) -> Heard:
        return heard(members, self.parties, BEGAN, self.seconds)


def unspoilt(sound: Samples) -> Samples:
    return sound


def silentFor(second: int) -> Spoil:
    def spoil(sound: Samples) -> Samples:
        sound[second * RATE : (second + 1) * RATE] = 0
        return sound

    return spoil


def of(found: Heard, kind: FaultKind) -> list[Fault]:
    return [each for each in found.faults if each.kind is kind]


def pair(found: Heard, listener: int, speaker: int) -> Pair:
    [each] = [each for each in found.pairs if (each.listener, each.speaker) == (listener, speaker)]
    return each


def median(each: Pair) -> float:
    """
    Seconds.
    """
    assert each.server is not None
    return each.server.p50 / 1000


# --- delay, and nothing else


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("parties", [2, 3, 12])
def test_everyDelayIsFoundAndNoFault(seed: int, parties: int) -> None:
    stage = Stage(seed, parties)
    found = stage.heard(stage.members())
    assert len(found.pairs) == parties * (parties - 1)
    for each in found.pairs:
        assert each.heard == each.said >= 4
        assert each.server is not None
        late = 1000 * stage.late[each.listener, each.speaker]
        assert abs(np.array(each.server.quantiles) - late).max() < 1000 * ACCURACY
    assert found.faults == ()


def test_aFullRoomOf25HearsEachOther() -> None:
    stage = Stage(1, 25)
    found = stage.heard(stage.members({0: unspoilt, 13: unspoilt}))
    mine = [each for each in found.pairs if each.listener in (0, 13)]
    assert len(mine) == 48
    assert all(each.heard == each.said >= 4 for each in mine)


def test_latencyIsToldByTime() -> None:
    stage = Stage(4, 3)
    found = stage.heard(stage.members())
    assert [each.at for each in found.server] == list(range(30))
    assert found.mouthToEar == ()
    latest = 1000 * max(stage.late.values())
    assert max(each.greatest for each in found.server) == pytest.approx(latest, abs=1)


@pytest.mark.parametrize("provision", provisions(), ids=lambda each: str(each.format))
def test_everyCodecIsSeenThrough(provision: Provision) -> None:
    if provision.codec is None:
        pytest.skip(provision.missing)
    codec, stage = provision.codec, Stage(7, 12)
    rate = rateOf(codec)
    ends = 0.0 if rate == RATE else 2 * RESAMPLED  # to its rate, and back: our own doing here
    accuracy = PARAMETRIC_ACCURACY if provision.format.name in PARAMETRIC else ACCURACY

    def through(sound: Samples) -> Samples:
        back = thereAndBack(codec, resampled(sound, RATE, rate))
        return resampled(back, rate, RATE)

    members = [
        replace(each, codecDelay=codecDelay(codec) / 2) for each in stage.members({0: through})
    ]
    found = stage.heard(members)
    mine = [each for each in found.pairs if each.listener == 0]
    assert sum(each.heard for each in mine) >= 0.98 * sum(each.said for each in mine)
    for each in mine:
        assert each.server is not None
        errors = np.array(each.server.quantiles) / 1000 - ends - stage.late[0, each.speaker]
        assert np.abs(errors).max() < accuracy, each.speaker
    assert of(found, FaultKind.STRANGER) == of(found, FaultKind.GAP) == []


def test_theCodecsOfBothLegsAreSubtracted() -> None:
    stage = Stage(2, 2)
    one, other = (replace(each, codecDelay=0.004) for each in stage.members())
    assert median(pair(stage.heard([one, other]), 0, 1)) == pytest.approx(
        stage.late[0, 1] - 0.008, abs=ACCURACY
    )
    passed = [replace(each, passed=True) for each in (one, other)]
    assert median(pair(stage.heard(passed), 0, 1)) == pytest.approx(
        stage.late[0, 1] - 0.004, abs=ACCURACY
    )


def test_fromMouthToEarNothingIsSubtracted() -> None:
    stage = Stage(2, 2)
    members = [
        replace(each, mouthToEar=each.packets, packets=None, codecDelay=0.004)
        for each in stage.members()
    ]
    found = stage.heard(members)
    told = pair(found, 0, 1).mouthToEar
    assert told is not None
    assert told.p50 / 1000 == pytest.approx(stage.late[0, 1], abs=ACCURACY)
    assert (pair(found, 0, 1).server, found.server) == (None, ())


def test_whatLeftLateIsNotTheServersFault() -> None:
    stage = Stage(3, 2)
    begins = np.arange(position(BEGAN, RATE), position(BEGAN + SECONDS, RATE), PIECE)
    left = Stamps(begins, begins / RATE + 0.03)
    one, other = stage.members()
    found = stage.heard([one, replace(other, left=left)])
    assert median(pair(found, 0, 1)) == pytest.approx(stage.late[0, 1] - 0.03, abs=ACCURACY)
    assert median(pair(found, 1, 0)) == pytest.approx(stage.late[1, 0], abs=ACCURACY)


# --- who is heard


@pytest.mark.parametrize("seed", range(3))
def test_whatIsNotHeardIsCounted(seed: int) -> None:
    stage = Stage(seed, 4)
    lost = sorted(stage.chance.choice(np.arange(8, 30), 5, replace=False).tolist())
    begin = int(np.ceil(BEGAN / (4 * SLOT)))

    def deaf(sound: Samples) -> Samples:
        for cycle in lost:
            at = (begin + cycle) * 4 * SLOT + 2 * SLOT + stage.late[1, 2] - BEGAN
            sound[int(at * RATE) : int((at + LENGTH) * RATE)] = 0
        return sound

    found = stage.heard(stage.members({1: deaf}))
    assert pair(found, 1, 2).said - pair(found, 1, 2).heard == 5


def test_nobodyHasToHearWhoIsNotThere() -> None:
    stage = Stage(5, 3)
    members = stage.members()
    late = replace(members[2], spans=((BEGAN + 10, BEGAN + 14), (BEGAN + 20, BEGAN + SECONDS)))
    found = stage.heard([*members[:2], late])
    assert pair(found, 0, 1).said == pytest.approx(SECONDS / 0.6, abs=3)
    assert pair(found, 0, 2).said == pytest.approx(14 / 0.6, abs=6)
    assert pair(found, 2, 0).said == pytest.approx(14 / 0.6, abs=6)


def test_whatIsExcusedIsNotExpected() -> None:
    stage = Stage(5, 3)
    members = stage.members(
        {0: lambda sound: np.where(np.arange(len(sound)) // RATE == 12, 0, sound)}
    )
    strict = stage.heard(members)
    lenient = heard(members, 3, BEGAN, SECONDS, [(BEGAN + 11.5, BEGAN + 13.5)])
    assert pair(strict, 0, 1).heard < pair(strict, 0, 1).said
    assert pair(lenient, 0, 1).heard == pair(lenient, 0, 1).said < pair(strict, 0, 1).said
    assert len(of(strict, FaultKind.GAP)) == 1
    assert lenient.faults == ()


def test_whoeverHearsTheWrongRoomHearsStrangers() -> None:
    stage = Stage(6, 4)
    members = [replace(each, group=each.number % 2) for each in stage.members()]
    found = stage.heard(members)
    wrong = {(each.listener, each.speaker) for each in of(found, FaultKind.STRANGER)}
    assert wrong == {(one, other) for one, other in stage.late if (one - other) % 2}
    assert {(each.listener, each.speaker) for each in found.pairs} == {
        (0, 2), (2, 0), (1, 3), (3, 1)
    }  # fmt: skip


def test_speakersThatAreSwappedAreFound() -> None:
    stage = Stage(6, 4)
    members = stage.members()
    one, other = members[0], members[1]
    swapped = [replace(one, packets=other.packets), replace(other, packets=one.packets)]
    found = stage.heard([*swapped, *members[2:]])
    assert {(each.listener, each.speaker) for each in of(found, FaultKind.STRANGER)} == {
        (0, 0), (1, 1)
    }  # fmt: skip
    assert pair(found, 0, 1).heard == pair(found, 1, 0).heard == 0
    assert pair(found, 0, 2).heard == pair(found, 0, 2).said


def test_whoHasLeftAndIsHeardStillIsAStranger() -> None:
    stage = Stage(8, 3)
    members = stage.members()
    left = replace(members[1], spans=((BEGAN, BEGAN + 12),))
    found = stage.heard([members[0], left, members[2]])
    wrong = of(found, FaultKind.STRANGER)
    assert {(each.listener, each.speaker) for each in wrong} >= {(0, 1), (2, 1)}
    assert all(12 < each.at < 14 for each in wrong if each.speaker == 1)


def test_whatIsHeardOnceMayBeChance() -> None:
    nothing = np.zeros((0, 2))
    times = BEGAN + np.array([5.0, 7.4, 20.0])
    chance = Listening(np.array([1, 1, 2]), times, nothing, nothing)
    members = [
        Member(0, 1, ((BEGAN, BEGAN + SECONDS),), packets=chance),
        *(Member(number, 0, ((BEGAN, BEGAN + SECONDS),)) for number in (1, 2)),
    ]
    [found] = heard(members, 12, BEGAN, SECONDS).faults
    assert (found.kind, found.listener, found.speaker) == (FaultKind.STRANGER, 0, 1)
    assert (found.at, found.ms) == (5.0, 2592.0)


# --- faults of the sound


@pytest.mark.parametrize("seed", range(5))
def test_aGapIsFoundWhereItIs(seed: int) -> None:
    stage = Stage(seed, 12)
    at, length = float(stage.chance.uniform(3, 25)), float(stage.chance.uniform(0.3, 2.0))

    def broken(sound: Samples) -> Samples:
        sound[int(at * RATE) : int((at + length) * RATE)] = 0
        return sound

    [gap] = stage.heard(stage.members({0: broken})).faults
    assert (gap.kind, gap.listener) == (FaultKind.GAP, 0)
    assert at - 0.011 <= gap.at <= at + SLOT + 0.1
    assert at + length - SLOT - 0.1 <= gap.at + gap.ms / 1000 <= at + length + 0.011


@pytest.mark.parametrize("seed", range(3))
def test_everyPacketThatIsLostInAMarkerIsAGap(seed: int) -> None:
    stage = Stage(seed, 12)
    packets = int(SECONDS * RATE) // PIECE
    lost = np.flatnonzero(stage.chance.random(packets) < 0.02)
    lost = lost[(lost > 50) & (lost < packets - 50)]

    def lossy(sound: Samples) -> Samples:
        for packet in lost.tolist():
            sound[packet * PIECE : (packet + 1) * PIECE] = 0
        return sound

    found = of(stage.heard(stage.members({0: lossy})), FaultKind.GAP)
    places = np.array([each.at for each in found])
    known = np.abs(places[:, None] - lost * PIECE / RATE) < 0.041  # of several in a row, some
    assert known.any(axis=1).all()
    assert len(found) >= 0.7 * len(lost)  # the others lie between markers, or in the own slot


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("ms", [20, 60])
def test_aFrameThatIsDoubledDelaysAllThatFollows(seed: int, ms: int) -> None:
    stage = Stage(seed, 4)
    at, size = int(stage.chance.integers(12, 18)) * RATE, ms * RATE // 1000

    def doubled(sound: Samples) -> Samples:
        return np.concatenate([sound[: at + size], sound[at:]])[: len(sound)]

    found = stage.heard(stage.members({2: doubled}))
    slipped = of(found, FaultKind.SLIP)
    assert sorted(each.speaker for each in slipped if each.speaker is not None) == [0, 1, 3]
    for each in slipped:
        assert each.listener == 2
        assert each.ms == pytest.approx(ms, abs=1000 * ACCURACY)
        assert each.at == pytest.approx(at / RATE, abs=2 * 4 * SLOT)
    assert of(found, FaultKind.GAP) == of(found, FaultKind.STRANGER) == []


@pytest.mark.parametrize("ppm", [-300, -40, 0, 60, 300])
def test_aClockThatRunsAwayIsFound(ppm: int) -> None:
    stage = Stage(9, 3, 90.0)
    listening = listen(drifting(stage.sound(0), ppm), 3)
    members = stage.members({1: unspoilt})
    found = stage.heard([replace(members[0], packets=listening), *members[1:]])
    accuracy = 2e6 * ACCURACY / stage.seconds
    for each in found.pairs:
        if each.listener != 2:
            assert each.drift == pytest.approx(ppm if each.listener == 0 else 0, abs=accuracy)
    assert found.faults == ()


def drifting(sound: Samples, ppm: int) -> Recording:
    """
    Samples that are taken for so much longer than they are.
    """
    exact = recorded(sound)
    times = BEGAN + (exact.stamps.times - BEGAN) * (1 + ppm * 1e-6)
    return Recording(sound, Stamps(exact.stamps.begins, times))


@pytest.mark.parametrize("seed", range(3))
def test_jitterOfPacketsIsNoFault(seed: int) -> None:
    stage = Stage(seed, 4, 60.0)
    exact = recorded(stage.sound(0))
    times = exact.stamps.times + np.abs(stage.chance.normal(0, 0.003, len(exact.stamps.times)))
    jittery = listen(Recording(exact.samples, Stamps(exact.stamps.begins, times)), 4)
    members = stage.members({1: unspoilt})
    found = stage.heard([replace(members[0], packets=jittery), *members[1:]])
    assert found.faults == ()


# --- by time


def test_binsAreAsManyAsAnAxisHolds() -> None:
    at = np.arange(0, 1800, 0.5)
    bins = binned(at, np.arange(3600.0), 1800)
    assert len(bins) == BINS
    assert (bins[0].at, bins[1].at, bins[0].count) == (0.0, 10.0, 20)
    assert (bins[0].p50, bins[0].greatest) == (9.5, 19.0)
    assert binned(np.zeros(0), np.zeros(0), 10) == ()


def test_anInterruptionIsMeasuredFromWhatWasDone() -> None:
    times = np.concatenate([np.arange(0, 10, 0.02), np.arange(10.7, 20, 0.02)])
    stamps = Stamps(np.arange(len(times)) * PIECE, times)
    assert interruption(stamps, 9.9, 5) == pytest.approx(0.8)
    assert interruption(stamps, 2.0, 5) == 0.0
    assert interruption(stamps, 18.0, 5) is None
    assert interruption(Stamps(np.zeros(0, np.int64), np.zeros(0)), 1.0, 5) is None


def test_whoHasNoRecordingIsNotMeasured() -> None:
    members = [Member(number, 0, ((BEGAN, BEGAN + SECONDS),)) for number in range(2)]
    found = heard(members, 2, BEGAN, SECONDS)
    assert [each.heard for each in found.pairs] == [0, 0]
    assert (found.server, found.mouthToEar, found.faults) == ((), (), ())


def test_whoIsAloneHearsNobody() -> None:
    assert heard([Member(0, 0, ())], 2, BEGAN, SECONDS) == Heard()


def test_theSoundOfAWideCallIsStampedAsThatOfANarrowOne() -> None:
    rate = 48000
    voice = Voice(1, 2).render(position(BEGAN - 0.02, rate), 10 * rate, rate)
    narrow = resampled(voice, rate, RATE)
    exact = recorded(narrow)
    shifted = Recording(narrow, Stamps(exact.stamps.begins, exact.stamps.times - RESAMPLED))
    members = [
        Member(0, 0, ((BEGAN, BEGAN + 10),), packets=listen(shifted, 2)),
        Member(1, 0, ((BEGAN, BEGAN + 10),)),
    ]
    assert median(pair(heard(members, 2, BEGAN, 10), 0, 1)) == pytest.approx(0.02, abs=ACCURACY)
