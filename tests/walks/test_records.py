"""
Call detail records of a whole server, from the wire to the file.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from twisted.logger import capturedLogs, formatEvent

from h323d.config.sections import Configuration
from h323d.gatekeeper.registry.registrations import GRACE
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.media.config import MediaConfig
from h323d.values.address import TransportAddress
from h323d.witness.config import CDRConfig
from tests.support.network import Conditions
from tests.support.simulatedphone import Telephone
from tests.support.simulation import SimulatedServer, Simulation

SERVER, ALICE, BOB, SUCCESSOR = "10.0.0.1", "10.0.1.1", "10.0.1.2", "10.0.0.2"


class Scene:
    """
    A server that writes records, and its telephones.
    """

    def __init__(
        self, world: Simulation, directory: Path, model: CallModel = CallModel.DIRECT
    ) -> None:
        self.world = world
        self.file = directory / "cdr.jsonl"
        self.database = directory / "cdr.sqlite"
        cdr = CDRConfig(file=str(self.file), database=str(self.database))
        self.server: SimulatedServer = world.server(
            SERVER,
            Configuration(media=MediaConfig(tickMs=20), cdr=cdr, routed=RoutedConfig(model=model)),
        )

    def phone(self, address: str, name: str, timeToLive: int = 300) -> Telephone:
        """
        A telephone that has registered.
        """
        gatekeeper = TransportAddress(SERVER, 1719)
        phone = Telephone(self.world, address, name, gatekeeper=gatekeeper, timeToLive=timeToLive)
        phone.register()
        self.world.until(lambda: phone.registrations)
        return phone

    def records(self) -> list[dict[str, Any]]:
        """
        What stands in the file two seconds later.
        """
        self.world.run(2.0)
        return [json.loads(line) for line in self.file.read_text().splitlines()]


@pytest.fixture
def scene(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Scene]:
    """
    A scene, of the call model that the test's parameter says.
    """
    with Simulation() as world:
        yield Scene(world, tmp_path, getattr(request, "param", CallModel.DIRECT))
        world.leave()
        assert world.leftOver() == []


def test_aCallOfARegisteredPhoneIntoARoomIsOneRecord(scene: Scene) -> None:
    alice = scene.phone(ALICE, "alice")
    alice.call("80001")
    scene.world.until(lambda: alice.speaking)
    scene.world.run(10.0)
    alice.hangup()
    (record,) = scene.records()
    assert record["outcome"] == "answered"
    assert record["duration"] == pytest.approx(10.0, abs=0.5)
    assert (record["protocol"], record["model"], record["room"]) == ("h323", "conference", "80001")
    assert record["calling"] == ["alice"]
    assert record["called"] == ["80001"]
    assert record["callingPeer"].startswith(f"{ALICE}:")
    assert record["callingEndpoint"]
    assert record["calledPeer"] is None
    assert (record["admissions"], record["releasedBy"]) == (1, "calling")
    assert (record["cause"], record["causeName"]) == (16, "NORMAL_CALL_CLEARING")


def test_howTheSoundCameThroughIsInTheRecordAndInTheLog(scene: Scene) -> None:
    alice = scene.phone(ALICE, "alice")
    with capturedLogs() as logged:
        alice.call("80001")
        scene.world.until(lambda: alice.speaking)
        scene.world.network.conditions = Conditions(loss=0.1)
        scene.world.run(10.0)
        scene.world.network.conditions = Conditions()
        scene.world.run(2.0)
        alice.hangup()
        (record,) = scene.records()
    assert record["encoding"] == "PCMU/8000"
    assert 300 < record["packetsReceived"] < 600
    assert 20 < record["packetsLost"] < 100
    assert record["concealed"] >= 20
    begins, ends = (line for line in map(formatEvent, logged) if line.startswith("call "))
    assert f"{record['callId']} begins: alice calls 80001 by H.323 from {ALICE}:" in begins
    assert "ended by the caller after 12" in ends
    assert f"{record['packetsLost']} of " in ends


def test_aCallBetweenTwoPhonesIsOneRecord(scene: Scene) -> None:
    alice, bob = scene.phone(ALICE, "alice"), scene.phone(BOB, "bob")
    alice.call("bob")
    scene.world.until(lambda: "offered" in bob.reports)
    scene.world.run(1.0)
    bob.hangup()
    (record,) = scene.records()
    assert (record["calling"], record["called"]) == (["alice"], ["bob"])
    assert record["callingEndpoint"] != record["calledEndpoint"] != ""
    assert record["calledPeer"] == f"{BOB}:1720"
    assert record["admissions"] == 2


def test_aCallBetweenTwoPhonesLastsFromItsAnswerAsTheyTellIt(scene: Scene) -> None:
    alice, bob = scene.phone(ALICE, "alice"), scene.phone(BOB, "bob")
    alice.call("bob")
    scene.world.until(lambda: alice.speaking)
    scene.world.run(20.0)
    bob.hangup()
    (record,) = scene.records()
    assert (record["model"], record["outcome"]) == ("direct", "answered")
    assert record["duration"] == pytest.approx(20.0, abs=1.5)
    assert record["offered"] <= record["answered"] < record["ended"]


def test_endpointsThatAreNotHeardOfAnyMoreHaveARecord(scene: Scene) -> None:
    phones = [scene.phone(ALICE, "alice", 10), scene.phone(BOB, "bob", 10)]
    phones[0].call("bob")
    scene.world.until(lambda: "offered" in phones[1].reports)
    for phone in phones:
        phone.ras.close()
    scene.world.run(10 + GRACE + 2.0)
    (record,) = scene.records()
    assert (record["outcome"], record["releasedBy"]) == ("admitted", "server")


@pytest.mark.parametrize("scene", [CallModel.ROUTED, CallModel.PROXIED], indirect=True, ids=str)
def test_aRoutedCallIsOneRecordOfBothItsSides(scene: Scene, request: pytest.FixtureRequest) -> None:
    alice, bob = scene.phone(ALICE, "alice"), scene.phone(BOB, "bob")
    alice.call("bob")
    scene.world.until(lambda: alice.speaking and bob.speaking)
    scene.world.run(5.0)
    bob.hangup()
    (record,) = scene.records()
    assert record["model"] == request.node.callspec.params["scene"].value
    assert (record["outcome"], record["releasedBy"]) == ("answered", "called")
    assert record["duration"] == pytest.approx(5.0, abs=0.5)
    assert (record["calling"], record["called"]) == (["alice"], ["bob"])
    assert record["callId"]
    assert record["callingEndpoint"] != record["calledEndpoint"] != ""
    assert (record["calledPeer"], record["admissions"]) == (f"{BOB}:1720", 2)


def test_aCallToNobodyIsRefusedAndRecorded(scene: Scene) -> None:
    scene.phone(ALICE, "alice").call("nobody")
    (record,) = scene.records()
    assert (record["outcome"], record["reason"]) == ("refused", "calledPartyNotRegistered")
    assert record["called"] == ["nobody"]


def test_theDatabaseAndTheOperatorSayTheSameAsTheFile(scene: Scene) -> None:
    alice = scene.phone(ALICE, "alice")
    alice.call("80001")
    scene.world.until(lambda: alice.speaking)
    alice.hangup()
    (record,) = scene.records()
    assert scene.server.server.operator.cdr(1) == [record]
    database = sqlite3.connect(scene.database)
    (row,) = database.execute("SELECT callId, duration, called FROM cdr").fetchall()
    database.close()
    assert row == (record["callId"], record["duration"], '["80001"]')


def test_aServerThatStopsWritesWhatItHas(scene: Scene) -> None:
    alice = scene.phone(ALICE, "alice")
    alice.call("80001")
    scene.world.until(lambda: alice.speaking)
    scene.server.stop()
    (record,) = scene.records()
    assert (record["outcome"], record["releasedBy"]) == ("answered", "server")


def test_aServerThatDiesLeavesItsCallsToItsSuccessor(scene: Scene, tmp_path: Path) -> None:
    alice = scene.phone(ALICE, "alice")
    alice.call("80001")
    scene.world.until(lambda: alice.speaking)
    scene.world.run(30.0)
    grave = tmp_path / "grave"
    grave.mkdir()
    for file in tmp_path.glob("cdr.*"):  # what the disk has when the process is killed
        shutil.copy(file, grave)
    cdr = CDRConfig(file=str(grave / "cdr.jsonl"), database=str(grave / "cdr.sqlite"))
    scene.world.server(SUCCESSOR, Configuration(media=MediaConfig(tickMs=20), cdr=cdr))
    scene.world.run(5.0)
    (record,) = [json.loads(line) for line in (grave / "cdr.jsonl").read_text().splitlines()]
    assert (record["outcome"], record["reason"]) == ("lost", "serverLost")
    assert (record["calling"], record["room"]) == (["alice"], "80001")
    assert record["ended"] is None
    assert record["offered"] <= record["answered"] < record["lastSeen"]
    database = sqlite3.connect(grave / "cdr.sqlite")
    assert database.execute("SELECT outcome, lastSeen FROM cdr").fetchall() == [
        ("lost", record["lastSeen"])
    ]
    database.close()
    alice.hangup()
    (ended,) = scene.records()
    assert ended["outcome"] == "answered"


def test_aServerThatIsStoppedLeavesNothingInProgress(scene: Scene, tmp_path: Path) -> None:
    alice = scene.phone(ALICE, "alice")
    alice.call("80001")
    scene.world.until(lambda: alice.speaking)
    scene.world.run(2.0)
    assert list(tmp_path.glob("*.underway*"))
    scene.world.leave()
    assert list(tmp_path.glob("*.underway*")) == []
