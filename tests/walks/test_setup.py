"""
The walk of a Setup into a room: every start-up mode, sound both ways, digits, release, resets.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from h323d.events.calls import (
    CallAdmitted,
    CallAnswered,
    CallEnded,
    CallOffered,
    CallRouted,
    DigitReceived,
)
from h323d.events.rooms import (
    ActiveSpeakerChanged,
    ParticipantJoined,
    ParticipantLeft,
    RoomClosed,
    RoomOpened,
)
from h323d.h323.calls.callstart import StartUpOptions
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from tests.support.simulatedphone import Telephone
from tests.support.simulation import SimulatedServer, Simulation

SERVER = "10.0.0.1"
SIGNALLING = TransportAddress(SERVER, 1720)
ROOM = "80001"
FIRST_MEDIA_PORT = 16384
ALICE, BOB, NOBODY = 400, 700, 1000  # Hz

MODES = [StartUpOptions(*each) for each in itertools.product((True, False), repeat=3)]
CORNERS = [StartUpOptions(True, True, True), StartUpOptions(False, False, False)]
WAYS = {
    "1": DigitMethod.RTP_EVENT,
    "2": DigitMethod.H245_ALPHANUMERIC,
    "3": DigitMethod.H245_SIGNAL,
    "4": DigitMethod.Q931_KEYPAD,
}


def modeName(mode: StartUpOptions) -> str:
    words = ["fast" if mode.fastStart else "slow", "tunnelled" if mode.tunnelling else "separate"]
    return "-".join(words + ["early"] * mode.earlyH245)


@dataclass
class Meeting:
    """
    A room with Bob in it, and Alice before the door.
    """

    world: Simulation
    server: SimulatedServer
    alice: Telephone
    bob: Telephone

    def enter(self, mode: StartUpOptions | None = None) -> None:
        """
        Let Alice call the room, and be heard.
        """
        self.alice.call(ROOM, mode, destination=SIGNALLING)
        self.world.run(0.6)

    def heard(self) -> tuple[list[int], list[int]]:
        """
        What Alice hears, and what Bob hears.
        """
        tones = (ALICE, BOB, NOBODY)
        return self.alice.heard.heard(tones), self.bob.heard.heard(tones)

    def says(self, party: Telephone) -> None:
        """
        Let one party press the same keys in all ways.
        """
        assert party.leg is not None
        for digit, method in WAYS.items():
            party.leg.sendDigit(digit, 120, method)
            self.world.run(0.3)


@pytest.fixture
def meeting() -> Iterator[Meeting]:
    with Simulation() as world:
        server = world.server(SERVER)
        alice = Telephone(world, "10.0.1.1", "alice", ALICE)
        bob = Telephone(world, "10.0.1.2", "bob", BOB)
        bob.call(ROOM, destination=SIGNALLING)
        world.until(lambda: bob.speaking)
        yield Meeting(world, server, alice, bob)


@pytest.mark.parametrize("mode", MODES, ids=modeName)
def test_bothHearEachOtherAndNotThemselvesInEveryStartUpMode(
    meeting: Meeting, mode: StartUpOptions
) -> None:
    before = len(meeting.world.trace.entries)
    meeting.enter(mode)
    assert meeting.heard() == ([BOB], [ALICE])
    since = meeting.world.trace.entries[before:]
    spokenApart = any(" H.245 " in entry.text for entry in since)
    assert spokenApart is not mode.tunnelling
    opened = [each for each in since if "lcse.outgoing released --establish" in each.text]
    assert bool(opened) is not mode.fastStart
    meeting.world.leave()
    assert meeting.world.leftOver() == []


@pytest.mark.parametrize("mode", CORNERS, ids=modeName)
def test_aStreamInSingleOctetsIsReadAsOne(meeting: Meeting, mode: StartUpOptions) -> None:
    meeting.world.network.conditions.fragment = 1
    meeting.enter(mode)
    assert meeting.heard() == ([BOB], [ALICE])
    meeting.alice.hangup()
    meeting.world.run(0.1)
    assert meeting.alice.cause is Cause.NORMAL_CALL_CLEARING


def test_theFactsOfACallComeInTheirOrder(meeting: Meeting) -> None:
    meeting.bob.hangup()
    meeting.world.run(0.1)
    meeting.server.facts.clear()
    meeting.enter()
    meeting.alice.hangup()
    meeting.world.run(0.1)
    facts = [type(fact) for fact in meeting.server.facts]
    assert [fact for fact in facts if fact is not ActiveSpeakerChanged] == [
        CallOffered,
        CallAdmitted,
        CallRouted,
        RoomOpened,
        CallAnswered,
        ParticipantJoined,
        ParticipantLeft,
        CallEnded,
        RoomClosed,
    ]


def test_itIsToldWhoEndedACall(meeting: Meeting) -> None:
    meeting.enter()
    meeting.alice.hangup()
    meeting.world.run(0.1)
    meeting.server.server.conference.leave()
    meeting.world.run(0.1)
    assert [fact.releasedBy for fact in meeting.server.told(CallEnded)] == ["calling", "server"]


def test_mediaIsOpenWithinAFewRoundTrips(meeting: Meeting) -> None:
    began = meeting.world.clock.seconds()
    meeting.enter(StartUpOptions(fastStart=False, tunnelling=False))
    joined = meeting.server.told(ParticipantJoined)[-1].at - began
    # Two connections of a round trip each, then Setup, capabilities and channels.
    assert joined == pytest.approx(0.010, abs=0.002)


@pytest.mark.parametrize("mode", CORNERS, ids=modeName)
def test_digitsArriveInEveryWay(meeting: Meeting, mode: StartUpOptions) -> None:
    meeting.enter(mode)
    meeting.says(meeting.alice)
    assert [fact.method for fact in meeting.server.told(DigitReceived)] == [
        method.value for method in WAYS.values()
    ]
    leg = meeting.server.legs[-1]
    for digit, method in WAYS.items():
        leg.sendDigit(digit, 120, method)
        meeting.world.run(0.3)
    assert meeting.alice.digits == list(WAYS.items())


@pytest.mark.parametrize("mode", CORNERS, ids=modeName)
def test_whoeverHangsUpBothSidesAreDone(meeting: Meeting, mode: StartUpOptions) -> None:
    meeting.enter(mode)
    meeting.alice.hangup()
    meeting.world.run(0.5)
    assert meeting.alice.cause is Cause.NORMAL_CALL_CLEARING
    assert [fact.cause for fact in meeting.server.told(ParticipantLeft)] == [
        Cause.NORMAL_CALL_CLEARING
    ]
    meeting.enter(mode)
    meeting.server.server.operator.hangup(ROOM)
    meeting.world.run(0.5)
    assert meeting.alice.reports[-1] == "released"
    assert meeting.server.legs == []
    assert meeting.server.statistics() == []
    assert meeting.world.network.streams == []
    assert [here for here in meeting.world.network.udp if here[1] >= FIRST_MEDIA_PORT] == []


@pytest.mark.parametrize("mode", CORNERS, ids=modeName)
def test_aResetConnectionEndsItsCallAndNoOther(meeting: Meeting, mode: StartUpOptions) -> None:
    meeting.enter(mode)
    meeting.world.network.resetStreams(meeting.alice.address)
    meeting.world.run(1.0)
    assert meeting.alice.reports[-1] == "released"
    (ended,) = meeting.server.told(CallEnded)
    assert (ended.cause, ended.releasedBy) == (Cause.TEMPORARY_FAILURE, "calling")
    assert meeting.bob.speaking
    assert meeting.heard()[1] == []
    meeting.enter(mode)
    assert meeting.heard() == ([BOB], [ALICE])


@pytest.mark.parametrize("mode", [each for each in MODES if not each.tunnelling], ids=modeName)
def test_theSoundOutlivesTheControlChannel(meeting: Meeting, mode: StartUpOptions) -> None:
    meeting.enter(mode)
    control = [
        stream
        for stream in meeting.world.network.streams
        if SIGNALLING.port not in (stream.here[1], stream.there[1])
    ]
    assert len(control) == 2
    control[0].abortConnection()
    meeting.world.run(1.0)
    assert meeting.heard() == ([BOB], [ALICE])
