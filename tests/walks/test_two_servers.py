"""
Two whole servers, six telephones and eight calls, while a tenth of all datagrams is lost and the
others overtake each other: the meeting takes place, leaves nothing behind, and can be repeated.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from h323d.events.calls import CallAnswered, CallEnded, CallRefused
from h323d.events.gatekeeper import (
    EndpointRegistered,
    EndpointUnregistered,
    RASAdmissionEnded,
    RASAdmissionGranted,
)
from h323d.events.rooms import ParticipantJoined, ParticipantLeft, RoomClosed, RoomOpened
from h323d.values.cause import Cause
from tests.support.meeting import ROOM, SIDE_ROOM, Meeting

ROOT = Path(__file__).parents[2]
SEED = 2


@pytest.fixture(scope="module")
def meeting() -> Meeting:
    """
    A meeting that is over, and what was heard in it.
    """
    meeting = Meeting(SEED)
    with meeting.world:
        meeting.gather()
        meeting.part()
    return meeting


def test_everybodyHearsAllOthersInTheRoomAndNobodyElse(meeting: Meeting) -> None:
    for room in (meeting.parties, meeting.aside):
        for party in room:
            others = [other.tone for other in room if other is not party]
            assert meeting.heardBy[party.tone] == others


def test_everyCallIsAnsweredOnceAndEndsNormally(meeting: Meeting) -> None:
    for server, room, count in (
        (meeting.first, SIDE_ROOM, len(meeting.aside)),
        (meeting.second, ROOM, len(meeting.parties)),
    ):
        assert [fact.roomId for fact in server.told(RoomOpened)] == [room]
        assert [fact.roomId for fact in server.told(RoomClosed)] == [room]
        for kind in (CallAnswered, ParticipantJoined, ParticipantLeft, CallEnded):
            assert len(server.told(kind)) == count
        assert {fact.cause for fact in server.told(CallEnded)} == {Cause.NORMAL_CALL_CLEARING}
        assert not server.told(CallRefused)


def test_theGatekeeperThatWasMeantAdmittedTheCallToTheOtherServer(meeting: Meeting) -> None:
    for kind in (EndpointRegistered, RASAdmissionGranted, RASAdmissionEnded, EndpointUnregistered):
        assert len(meeting.first.told(kind)) == 1
        assert not meeting.second.told(kind)


def test_aTenthWasLostIndeed(meeting: Meeting) -> None:
    sent = len(meeting.world.trace.of("udp"))
    assert meeting.world.network.lost / sent == pytest.approx(0.1, abs=0.03)


def test_nothingIsLeftOver(meeting: Meeting) -> None:
    assert meeting.world.leftOver() == []


@pytest.mark.alone("somebody speaks by the media of a server itself")
def test_theSameSeedGivesTheSameTrace(meeting: Meeting) -> None:
    again = Meeting(SEED)
    with again.world:
        again.gather()
        again.part()
    assert again.world.trace.entries == meeting.world.trace.entries


@pytest.mark.alone("somebody speaks by the media of a server itself")
def test_anotherSeedGivesAnotherTrace(meeting: Meeting) -> None:
    other = Meeting(SEED + 1)
    with other.world:
        other.gather()
    assert (
        other.world.trace.entries != meeting.world.trace.entries[: len(other.world.trace.entries)]
    )


def test_theTraceDoesNotDependOnTheHashSeed(meeting: Meeting) -> None:
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.support.meeting", str(SEED)],
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": hashSeed},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for hashSeed in ("1", "2")
    ]
    digests = [run.communicate(timeout=60)[0].strip() for run in runs]
    assert digests == [meeting.world.trace.digest()] * 2
