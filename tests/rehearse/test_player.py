"""
What comes of what a party tells.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from twisted.python.failure import Failure

from h323d.cli.party import PartyFailed
from h323d.rehearse.cast import castOf
from h323d.rehearse.player import Player
from h323d.rehearse.results import Join, LostCall
from h323d.rehearse.terminal import Role

FIGURES = {"packetsLost": 1, "packetsLate": 0, "concealed": 2, "jitter": 0.003, "delay": 0.02}


class FakeReactor:
    def __init__(self) -> None:
        self.spawned: list[list[str]] = []

    def spawnProcess(self, protocol: object, program: str, arguments: list[str], env: None) -> None:
        self.spawned.append(arguments)


class Playing:
    def __init__(self, number: int = 1) -> None:
        part = castOf(12, 1, isGuarded=False)[number]
        self.reactor = FakeReactor()
        self.aimed: list[object] = []
        role = Role(number, 14, Path("/nowhere/party"), 20000, isRelayed=True)
        self.player = Player(self.reactor, part, "127.0.0.11", role, ["--json"], self.aim)
        self.player.start()

    def aim(self, port: int, host: str, there: int) -> None:
        self.aimed.append((port, host, there))

    def tells(self, event: str, at: float, **details: Any) -> None:
        line = json.dumps({"event": event, "at": at, **details}).encode() + b"\n"
        self.player.outReceived(line[:5])  # in pieces, as pipes have it
        self.player.outReceived(line[5:])

    def joins(self, at: float) -> None:
        self.player.call()
        self.tells("dialled", at)
        self.tells("answered", at + 0.1, joinMs=100.0)
        self.tells("media", at + 0.1, direction="sendrecv", sending="PCMU/8000 20 ms")
        self.tells("firstPacket", at + 0.15)

    def ends(self, at: float, cause: str = "NORMAL_CALL_CLEARING", received: int = 99) -> None:
        self.tells("released", at, cause=cause, packetsReceived=received, **FIGURES)


def test_aCallIsAJoinAndALeave() -> None:
    playing = Playing()
    playing.joins(10.0)
    playing.tells("figures", 11.0, packetsReceived=40, **FIGURES)
    assert playing.player.isThere
    assert (playing.player.received, playing.player.lost) == (40, 1)
    playing.player.hangup()
    playing.tells("leaving", 20.0)
    playing.ends(20.1)
    assert playing.player.isUnconfirmed
    playing.tells("confirmed", 20.2)
    told = playing.player.told
    (join,), (leave,) = told.joins, told.leaves
    assert join.answeredMs == pytest.approx(100.0)
    assert join.packetMs == pytest.approx(150.0)
    assert leave.confirmedMs == pytest.approx(200.0)
    assert told.spans == [(10.1, 20.1)]
    assert (told.codecs, told.lost) == (["PCMU"], [])
    reception = told.reception()
    assert reception is not None
    assert (reception.expected, reception.lost, reception.concealed) == (100, 1, 2)


def test_whoIsEndedByTheServerIsLost() -> None:
    playing = Playing()
    playing.joins(10.0)
    playing.ends(15.0, "TEMPORARY_FAILURE")
    assert playing.player.told.lost == [LostCall(15.0, 1, "TEMPORARY_FAILURE")]
    assert playing.player.told.leaves == []


def test_whoMisbehavesMayBeEnded() -> None:
    playing = Playing()
    playing.joins(10.0)
    playing.player.isSuspect = True
    playing.ends(15.0)
    assert playing.player.told.lost == []


def test_whoIsNotLetInIsToldWithTheReason() -> None:
    playing = Playing()
    playing.player.call()
    playing.tells("dialled", 10.0)
    playing.ends(10.1, "USER_BUSY", 0)
    assert playing.player.told.joins == [Join(10.0, None, reason="USER_BUSY")]
    with pytest.raises(PartyFailed, match=r"party 2 \(sip\) was not let in: USER_BUSY"):
        playing.player.joined()


def test_ofWhoVanishesWhatWasToldLastCounts() -> None:
    playing = Playing()
    playing.joins(10.0)
    playing.tells("figures", 12.0, packetsReceived=95, **FIGURES)
    playing.player.vanish()
    playing.player.processEnded(Failure(Exception()))
    told = playing.player.told
    assert (len(told.joins), told.leaves, told.lost) == (1, [], [])
    assert told.counted["packetsReceived"] == 95
    playing.player.start()
    first, second = playing.player.recordings
    assert first.recording != second.recording, "what it heard before is kept"


def test_ofH323WithoutRegistrationNoLeaveIsTold() -> None:
    playing = Playing(0)
    playing.joins(10.0)
    playing.tells("leaving", 20.0)
    playing.ends(20.1)
    assert playing.player.told.leaves == []


def test_theRelayIsToldWhereSoundGoes() -> None:
    playing = Playing()
    playing.tells("aimed", 10.0, port=20000, host="127.0.0.1", there=16384)
    assert playing.aimed == [(20000, "127.0.0.1", 16384)]


def test_whoIsRegisteredIsReadyLater() -> None:
    playing = Playing(2)
    playing.tells("listening", 1.0)
    assert not playing.player.ready()
    playing.tells("registered", 2.0)
    assert playing.player.ready()


def test_whyAProcessHasEndedIsTold() -> None:
    playing = Playing()
    playing.player.errReceived(b"cannot bind\n")
    playing.player.processEnded(Failure(Exception()))
    with pytest.raises(PartyFailed, match="party 2: cannot bind"):
        playing.player.ready()
