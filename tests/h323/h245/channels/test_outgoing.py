"""
The channels that we send on: their numbers, and what the peer says about them.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.h323.h245.capabilities.audio import AUDIO, AudioAbility
from h323d.h323.h245.channels.outgoing import OutgoingChannel, OutgoingChannels
from h323d.h323.h245.lcse import T103, CloseSource
from h323d.h323.h245.messages import Fields
from h323d.values.address import TransportAddress
from h323d.values.media.formats import G711_ULAW
from tests.support.h245peers import RecordingOwner

ULAW = AudioAbility(G711_ULAW, 20, "g711Ulaw64k")


class User:
    """
    Whoever sends: remembers what it is told of its channels.
    """

    rtcp = TransportAddress("192.0.2.1", 5001)

    def __init__(self) -> None:
        self.told: list[str] = []

    def channelOpened(self, channel: OutgoingChannel, ack: Fields) -> None:
        self.told.append(f"opened {channel.number}")

    def channelRefused(self, channel: OutgoingChannel, source: CloseSource, cause: str) -> None:
        self.told.append(f"refused {channel.number} {source.value} {cause}")

    def channelClosed(self, channel: OutgoingChannel) -> None:
        self.told.append(f"closed {channel.number}")

    def peerWantsClosed(self, number: int, reason: str) -> None:
        self.told.append(f"close {number} {reason}")


class Scene:
    """
    The channels of one session, of which one is being opened.
    """

    def __init__(self) -> None:
        self.clock, self.owner, self.user = Clock(), RecordingOwner(), User()
        self.channels = OutgoingChannels(self.owner, self.clock)
        self.channel = self.new(self.channels.nextNumber())
        self.channels.add(self.channel)
        self.channel.lcse.establishRequest()

    def new(self, number: int) -> OutgoingChannel:
        return OutgoingChannel(self.user, self.channels, number, AUDIO, ULAW)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def about(number: int, **fields: Any) -> Fields:
    return {"forwardLogicalChannelNumber": number, **fields}


def test_numbersBeginAboveThePeersAndNeverEnd(scene: Scene) -> None:
    assert scene.channel.number == 101
    following = [scene.channels.nextNumber() for _ in range(65435)]
    assert following[0] == 102
    assert following[-2:] == [65535, 101]


def test_theNumbersOfFastConnectAreNotUsedAgain(scene: Scene) -> None:
    scene.channels.add(scene.new(103))
    assert scene.channels.nextNumber() == 104
    scene.channels.add(scene.new(1))
    assert scene.channels.nextNumber() == 105


def test_whatIsAcknowledgedIsOpen(scene: Scene) -> None:
    assert scene.owner.last("openLogicalChannel")["forwardLogicalChannelNumber"] == 101
    scene.channels.openLogicalChannelAck(about(101))
    assert scene.user.told == ["opened 101"]
    assert scene.channels.states == {"LCSE out 101": "established"}
    assert scene.clock.getDelayedCalls() == []


def test_whatIsRejectedIsGone(scene: Scene) -> None:
    scene.channels.openLogicalChannelReject(about(101, cause=("unspecified", None)))
    assert scene.user.told == ["refused 101 user unspecified"]
    assert scene.channels.states == {}


def test_whatNobodyAnswersIsGone(scene: Scene) -> None:
    scene.clock.advance(T103)
    assert scene.user.told == ["refused 101 lcse "]
    assert scene.owner.names()[-1] == "closeLogicalChannel"
    assert scene.channels.states == {}


def test_whatWeCloseIsGoneWhenThePeerSaysSo(scene: Scene) -> None:
    scene.channel.lcse.releaseRequest()
    assert scene.channels.states == {"LCSE out 101": "awaitingRelease"}
    scene.channels.closeLogicalChannelAck(about(101))
    assert scene.user.told == ["closed 101"]
    assert scene.channels.states == {}


def test_aRequestToCloseIsForWhoeverSends(scene: Scene) -> None:
    scene.channels.requestChannelClose(about(101, reason=("reopen", None)))
    scene.channels.requestChannelClose(about(101))
    assert scene.user.told == ["close 101 reopen", "close 101 unknown"]
    scene.channel.agreeToClose("unknown")
    assert scene.owner.names()[-1] == "requestChannelCloseAck"


def test_aRequestToCloseWhatIsNotThereIsRejected(scene: Scene) -> None:
    scene.channels.requestChannelClose(about(7))
    assert scene.owner.last("requestChannelCloseReject")["forwardLogicalChannelNumber"] == 7
    assert scene.user.told == []


def test_answersAboutWhatIsNotThereChangeNothing(scene: Scene) -> None:
    scene.channels.openLogicalChannelAck(about(7))
    scene.channels.openLogicalChannelReject(about(7, cause=("unspecified", None)))
    scene.channels.closeLogicalChannelAck(about(7))
    assert scene.user.told == []
    assert scene.owner.names() == ["openLogicalChannel"]


def test_whenAllStopsNothingIsSaidOrWaitedFor(scene: Scene) -> None:
    scene.channels.stop()
    assert scene.clock.getDelayedCalls() == []
    assert scene.channels.states == {}
    assert scene.user.told == []
