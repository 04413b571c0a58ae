"""
What the demo tells of itself, and what it complains of.
"""

from __future__ import annotations

import wave
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from h323d.cli.demoreport import (
    JITTER_PASSED,
    PartyReport,
    brokenLimits,
    judge,
    liveTable,
    soundLimits,
    summary,
)
from h323d.dsp.tones import Tone, render
from tests.support.sound import writeTone

TONES = (400, 700, 1000)
GOOD = PartyReport("one", "sip", "PCMU", 400, (700, 1000), False, 5.0, 15.0, 0.2, 500, 0, 0)
FINE = [GOOD, replace(GOOD, name="two", tone=700), replace(GOOD, name="three", protocol="h323")]


@dataclass
class Party:
    """
    What a caller left behind.
    """

    recording: Path
    protocol: str = "h323"
    name: str = "two"
    alias: str = "1002"
    how: str = "fast start"
    tone: int = 400

    def event(self, name: str) -> dict[str, Any]:
        told: dict[str, dict[str, Any]] = {
            "summary": {"jitter": 0.001, "packetsReceived": 500, "packetsLost": 2},
            "answered": {"joinMs": 12.5},
        }
        return told[name]


CALLS = [
    {"protocol": "h323", "calling": ["1001"], "called": ["8"], "media": {"delay": 0.5}},
    {"protocol": "sip", "calling": ["1001"], "called": ["1002"], "media": {"delay": 0.3}},
    {
        "protocol": "h323",
        "calling": ["1001"],
        "called": ["1002"],
        "media": {"delay": 0.016, "packetsLost": 3},
    },
]


def outcomeOf(tmp_path: Path, hears: int, calls: list[dict[str, Any]]) -> PartyReport:
    recording = tmp_path / "a.wav"
    writeTone(recording, hears, 4.0)
    party: Any = Party(recording)
    return PartyReport.of(party, calls, TONES, 2.0)


def test_anOutcomeIsPutTogetherOfWhatAllHaveTold(tmp_path: Path) -> None:
    outcome = outcomeOf(tmp_path, 700, CALLS)
    assert (outcome.name, outcome.protocol, outcome.heard, outcome.ownHeard) == (
        "two",
        "h323",
        (700,),
        False,
    )
    assert (outcome.join, outcome.latency, outcome.jitter) == (12.5, 16.0, 1.0)
    assert (outcome.received, outcome.lost, outcome.serverLost) == (500, 2, 3)


def test_whoHearsItselfIsSaidToDoSo(tmp_path: Path) -> None:
    outcome = outcomeOf(tmp_path, 400, CALLS)
    assert outcome.ownHeard
    assert outcome.heard == ()


def test_whoSaidNothingForAMomentIsHeardAllTheSame(tmp_path: Path) -> None:
    tones = [render(Tone((each,)), 0, 24000, 8000).astype(np.int32) for each in (700, 1000)]
    tones[1][8000:] = 0
    recording = tmp_path / "a.wav"
    with wave.open(str(recording), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(np.append(sum(tones) // 2, np.zeros(8000)).astype("<i2").tobytes())
    party: Any = Party(recording)
    assert PartyReport.of(party, CALLS, TONES, 3.0).heard == (700, 1000)
    assert PartyReport.of(party, CALLS, TONES, 2.0).heard == (700,)


def test_whatTheServerDidNotTellIsNotANumber(tmp_path: Path) -> None:
    outcome = outcomeOf(tmp_path, 700, [])
    assert outcome.latency != outcome.latency
    assert outcome.serverLost == 0


def test_whereAllWentWellThereIsNothingToSay() -> None:
    assert judge(FINE) == []
    assert brokenLimits(FINE) == []


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"heard": (700,)}, "one heard only 1 of 2"),
        ({"ownHeard": True}, "one heard itself"),
        ({"lost": 3}, "one lost 3 packets, the server 0"),
        ({"serverLost": 4}, "one lost 0 packets, the server 4"),
    ],
)
def test_whatDidNotArriveIsSaid(changes: dict[str, Any], complaint: str) -> None:
    assert judge([replace(GOOD, **changes), *FINE[1:]]) == [complaint]


@pytest.mark.parametrize(
    ("changes", "complaints"),
    [
        ({"join": 50.0}, []),
        ({"join": 50.5}, ["join by sip: worst 50.5 ms is over 50.0 ms"]),
        ({"latency": 31.0}, ["latency: worst 31.0 ms is over 30.0 ms"]),
        ({"jitter": 2.5}, ["jitter: worst 2.5 ms is over 2.0 ms"]),
        ({"jitter": float("nan")}, ["jitter: worst nan ms is over 2.0 ms"]),
    ],
)
def test_whatTookTooLongIsSaid(changes: dict[str, Any], complaints: list[str]) -> None:
    outcomes = [replace(GOOD, **changes), GOOD, GOOD, replace(GOOD, protocol="h323")]
    assert [each for each in brokenLimits(outcomes) if "worst" in each] == complaints


def test_aSlowMedianIsSaidToo() -> None:
    slow = [replace(each, latency=21.0) for each in FINE]
    assert brokenLimits(slow) == ["latency: median 21.0 ms is over 20.0 ms"]


def test_theSummaryHasARowForEachParty() -> None:
    rows = summary(FINE).strip().splitlines()
    assert [row.split()[0] for row in rows] == ["party", "one", "two", "three"]
    assert "5.0 ms" in rows[1]


LIVE: list[dict[str, Any]] = [
    {
        "legId": "l1",
        "calling": ["1001"],
        "protocol": "sip",
        "media": {"format": "PCMU/8000", "packetsReceived": 70, "packetsLost": 2, "jitter": 0.001},
    },
    {"legId": "l2", "calling": ["1002"], "protocol": "h323"},
]
ROOMS = [{"participants": [{"legId": "l1", "level": -30.0}, {"legId": "l2", "level": None}]}]


def test_aFileGetsOneLine() -> None:
    assert liveTable(LIVE, ROOMS, 3.0, False) == "  3.0 s  2 calls  70 packets in  2 lost"


def test_aTerminalGetsATableOverTheOneBefore() -> None:
    first, later = (liveTable(LIVE, ROOMS, at, True) for at in (1.0, 2.0))
    assert later.startswith("\x1b[3A")
    assert not first.startswith("\x1b[3A")
    rows = first.splitlines()
    assert "PCMU/8000" in rows[1]
    assert rows[1].endswith("#" * 10)
    assert "#" not in rows[2]


def test_howLongABridgedCallTakesToBeginHasNoLimit() -> None:
    slow = [replace(each, join=500.0) for each in FINE]
    assert len(brokenLimits(slow)) > 0
    assert soundLimits(slow, JITTER_PASSED) == []


def test_aBridgedCallThatIsHeardLateIsSaidToBe() -> None:
    assert soundLimits([replace(each, latency=25.0) for each in FINE], JITTER_PASSED) == [
        "latency: median 25.0 ms is over 20.0 ms"
    ]


def test_packetsThatAreSentOnAsTheyComeMayComeLessEvenly() -> None:
    uneven = [replace(each, jitter=1.5) for each in FINE]
    assert len(brokenLimits(uneven)) > 0
    assert soundLimits(uneven, JITTER_PASSED) == []
