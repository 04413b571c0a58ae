"""
What was recorded is done once more, and comes to the same; what was changed since is refused.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from h323d.events.bus import EventBus, Fact
from h323d.events.following import FollowerJoined, TookOver
from h323d.ha import records
from h323d.ha.following import Diverged
from h323d.ha.recorder import Recorder, lastFlight, read
from h323d.ha.records import (
    BadRecord,
    DoneRecord,
    InputRecord,
    QuarantinedRecord,
    Record,
    RecordReader,
    Succession,
)
from h323d.ha.replaying import Step, readOnly, replay
from h323d.ha.turns import Turns
from h323d.inputs import Input
from h323d.operation.command import Role
from h323d.operation.desk import Actor
from tests.support.led import Inside
from tests.support.mortal import MortalServer
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation

SERVER = "10.0.0.1"
MUTATIONS = 40  # of each kind


class Flight:
    """
    A server in which somebody called a room, while another took over.

    @ivar recorded: all records.
    @ivar facts: all that it told.
    """

    def __init__(self) -> None:
        with Simulation(seed=7) as world:
            server = world.started(MortalServer(world, SERVER))
            server.join()
            phone = Telephone(world, "10.0.0.2", "anna")
            phone.call(f"sip:80001@{SERVER}")
            world.run(0.2)
            server.inputs.enter(Input.COMMAND, Actor("anna", Role.OPERATOR), "ha", ("switchover",))
            world.run(0.2)
            world.leave()
            self.recorded = server.noted
            self.facts: list[Fact] = list(server.facts)
            self.newInside: Callable[[], Inside] = server.newInside


@functools.cache
def flight() -> Flight:
    return Flight()


def replayed(recorded: Iterable[Record]) -> list[Step]:
    return list(replay(flight().newInside(), recorded))


def test_whatWasRecordedComesToTheSameFacts(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "flight", 1 << 24)
    for each in flight().recorded:
        recorder.note(each)
    recorder.close()
    steps = replayed(read(lastFlight(tmp_path / "flight")))
    facts = [fact for step in steps for fact in step.facts]
    assert list(map(str, facts)) == list(map(str, flight().facts))
    assert any(isinstance(each, TookOver) for each in facts)
    assert [each.turn for each in steps] == list(range(1, len(steps) + 1))


def test_aStepTellsWhatEnteredWhatWasToldAndWhatLeft() -> None:
    steps = replayed(flight().recorded)
    (invite,) = (
        each for each in steps if any(type(fact).__name__ == "CallOffered" for fact in each.facts)
    )
    assert (invite.kind, invite.fate) == ("datagram", "")
    assert "10.0.0.2:" in invite.entered
    assert any(each.startswith("send ") for each in invite.outputs)
    assert invite.at == pytest.approx(1_800_000_000, abs=10)


class Small:
    """
    Something whose turns tell a fact.
    """

    def __init__(self) -> None:
        self.turns, self.events = Turns(0.0), EventBus()
        self.turns.receive("join", self._join)

    def _join(self, turn: int) -> None:
        self.events.publish(FollowerJoined(self.turns.seconds(), turn, 0.0))


def test_whatWasPutAsideOrNotFinishedIsSaid() -> None:
    recorded: list[Record] = [
        InputRecord(1, 1.0, "join", (7,)),
        DoneRecord(1, (), 0),
        InputRecord(2, 2.0, "join", (8,)),
        QuarantinedRecord(2, 1),
        InputRecord(3, 3.0, "join", (9,), 1),
    ]
    assert list(replay(Small(), recorded)) == [
        Step(1, 0, 1.0, "join", "7", (FollowerJoined(1.0, 7, 0.0),)),
        Step(2, 0, 2.0, "join", "8", fate="put aside"),
        Step(3, 1, 3.0, "join", "9", fate="not finished"),
    ]


def test_whatHasLostItsBeginningIsReadAndNotDone() -> None:
    inputs = [each for each in flight().recorded if isinstance(each, InputRecord)]
    steps = list(readOnly(flight().recorded[9:]))
    assert [each.turn for each in steps] == [each.turn for each in inputs[-len(steps) :]]
    assert {each.facts for each in steps} == {()}
    with pytest.raises(BadRecord, match="out of order"):
        replayed(flight().recorded[9:])


# --- bad input


def cut(octets: bytearray, rng: random.Random) -> None:
    del octets[rng.randrange(len(octets)) :]


def lack(octets: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(octets))
    del octets[start : start + rng.randrange(1, 2000)]


def flip(octets: bytearray, rng: random.Random) -> None:
    octets[rng.randrange(len(octets))] ^= 1 << rng.randrange(8)


def swap(octets: bytearray, rng: random.Random) -> None:
    whole = [records.encode(each) for each in RecordReader().feed(bytes(octets))]
    one, other = rng.sample(range(len(whole)), 2)
    whole[one], whole[other] = whole[other], whole[one]
    octets[:] = b"".join(whole)


def repeat(octets: bytearray, rng: random.Random) -> None:
    whole = [records.encode(each) for each in RecordReader().feed(bytes(octets))]
    place = rng.randrange(len(whole))
    whole.insert(place, whole[place])
    octets[:] = b"".join(whole)


@pytest.mark.parametrize("change", [cut, lack, flip, swap, repeat], ids=lambda each: each.__name__)
def test_aLogThatWasChangedIsRefusedAndWhereIsSaid(
    change: Callable[[bytearray, random.Random], None],
) -> None:
    whole = b"".join(map(records.encode, flight().recorded))
    rng = random.Random(change.__name__)
    refused: list[str] = []
    for _ in range(MUTATIONS):
        octets = bytearray(whole)
        change(octets, rng)
        try:
            follow(bytes(octets))
        except BadRecord as error:
            refused.append(str(error))
        else:  # it was cut off between two records, as a server's that dies there
            assert whole.startswith(octets)
    assert len(refused) > MUTATIONS * 0.9
    place = re.compile(r"record at octet \d+: |out of order: .* turn \d+")
    assert [each for each in refused if not place.search(each)] == []


def follow(octets: bytes) -> None:
    """
    As whoever follows, but for what comes of it.
    """
    reader, succession = RecordReader(), Succession()
    for each in reader.each(octets):
        succession.take(each)
    reader.end()


def test_anotherServerThanThatWhichWasRecordedDiverges() -> None:
    inside = flight().newInside()
    inside.turns.receive("start", list)
    with pytest.raises(Diverged, match="turn 2: never asked: bind"):
        list(replay(inside, flight().recorded))
