"""
One call's H.245, by the tunnel and by a connection, between two ends with sound and pictures.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.asn1 import h245
from h323d.call.legmedia import LegMedia
from h323d.errors import DecodeError
from h323d.h323.h245.capabilities.audio import AUDIO
from h323d.h323.h245.connection import ControlNetwork
from h323d.h323.h245.link import MAXIMUM_EARLY, H245Link
from h323d.h323.h245.messages import Message, command, indication
from h323d.h323.h245.owner import H245Failure, H245Owner
from h323d.h323.h245.parameters import MediaAddresses
from h323d.h323.h245.session import H245Session
from h323d.net.stream import StreamListener, StreamOpener
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile, MediumProfile
from tests.support.fakevideo import FAKE_VIDEO, H261
from tests.support.h323 import newClock
from tests.support.mediaowner import MediaOwner
from tests.support.network import SimulatedNetwork

SOUND = MediaProfile.audio((G711_ULAW,))
SEEN = MediaProfile((*SOUND.media, MediumProfile(Medium.VIDEO, (H261,))))


class Ports:
    """
    Where media is received: at the ports.
    """

    def __init__(self, media: LegMedia) -> None:
        self._media = media

    def addressesOf(self, medium: Medium) -> MediaAddresses:
        port = self._media.of(medium).port
        assert port is not None
        return MediaAddresses(port.rtp, port.rtcp)


class End(MediaOwner):
    """
    A call, as far as its H.245 needs one.

    @ivar reports: what the link told, in order.
    @ivar far: the other end, where tunnelled messages arrive 10 ms later.
    """

    def __init__(self, network: SimulatedNetwork, host: str, terminalType: int) -> None:
        super().__init__(host, network.clock)
        self.reports: list[str] = []
        self.far: End | None = None
        self.fast = False
        self._clock = network.clock
        self._terminalType = terminalType
        node = network.host(host)
        streams = ControlNetwork(StreamListener(node), StreamOpener(node), self.home)
        self.link = H245Link(self, self.media, network.clock, streams, self.newSession)

    def newSession(self, owner: H245Owner, profile: MediaProfile, media: LegMedia) -> H245Session:
        rng, places = random.Random(self._terminalType), Ports(media)
        kinds = (AUDIO, FAKE_VIDEO)
        return H245Session(owner, self._clock, rng, self._terminalType, profile, places, kinds)

    def sendTunnelled(self, octets: Sequence[bytes]) -> None:
        self.reports.append(f"sends {len(octets)}")
        if self.far is not None:
            self._clock.callLater(0.01, self.far.arrive, octets)

    def arrive(self, octets: Sequence[bytes]) -> None:
        with self.link.together():
            for each in octets:
                self.link.received(each)

    def mayOpenChannels(self) -> bool:
        return not self.fast

    def admitsKey(self, key: bytes | None) -> bool:
        return True

    def admitsControl(self, source: TransportAddress) -> bool:
        return True

    def linkListening(self, address: TransportAddress) -> None:
        self.reports.append("listening")

    def linkDigit(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self.reports.append(f"digit {digit}")

    def linkPictureWanted(self) -> None:
        self.reports.append("picture")

    def linkStarved(self, cause: Cause) -> None:
        self.reports.append(f"starved {cause.name}")

    def sessionFailed(self, failure: H245Failure) -> None:
        self.reports.append(f"failed {failure.name}")

    def linkFault(self, error: DecodeError) -> None:
        self.reports.append("fault")

    def __getattr__(self, name: str) -> Callable[[], Any]:
        if not name.startswith("link"):
            raise AttributeError(name)
        return lambda: self.reports.append(name)


@pytest.fixture
def clock() -> Clock:
    return newClock()


@pytest.fixture
def ends(clock: Clock) -> tuple[End, End]:
    network = SimulatedNetwork(clock, random.Random(1))
    near, far = End(network, "10.0.0.1", 60), End(network, "10.0.0.2", 50)
    near.far, far.far = far, near
    return near, far


def run(clock: Clock, seconds: float = 1.0) -> None:
    clock.pump([0.005] * round(seconds / 0.005))


def begin(ends: tuple[End, End], profile: MediaProfile = SEEN) -> None:
    for end in ends:
        end.link.profile = end.media.open(profile)


def tunnelled(ends: tuple[End, End], clock: Clock, profile: MediaProfile = SEEN) -> None:
    """
    Both ends have begun in the tunnel, and opened what they can.
    """
    begin(ends, profile)
    for end in ends:
        end.link.path.tunnel()
    run(clock)


def stop(ends: tuple[End, End], clock: Clock) -> None:
    for end in ends:
        end.link.stop()
        end.media.close()
    run(clock)
    assert clock.getDelayedCalls() == []


def flowing(end: End) -> dict[Medium, Direction]:
    return {port.medium: port.stream.direction for port in end.pool.ports}


def test_bothMediaFlowByTheTunnel(ends: tuple[End, End], clock: Clock) -> None:
    tunnelled(ends, clock)
    for end in ends:
        assert set(flowing(end).values()) == {Direction.SENDRECV}
        assert end.reports[0] == "linkBegun"
    sent = ends[0].port(Medium.VIDEO).stream.transmit
    assert sent is not None
    assert sent.rtp == ends[1].port(Medium.VIDEO).rtp
    stop(ends, clock)


def test_bothMediaFlowByAConnection(ends: tuple[End, End], clock: Clock) -> None:
    begin(ends)
    near, far = ends
    near.link.path.listen()
    assert near.link.advertised is not None
    far.link.path.dial(near.link.advertised, False)
    run(clock)
    for end in ends:
        assert set(flowing(end).values()) == {Direction.SENDRECV}
        assert not [report for report in end.reports if report.startswith("sends")]
    stop(ends, clock)


def test_whatIsSentTogetherGoesInOneMessage(ends: tuple[End, End], clock: Clock) -> None:
    begin(ends)
    ends[0].link.path.tunnel()
    assert ends[0].reports == ["linkBegun", "sends 2"]
    stop(ends, clock)


def test_whatStandsInTheSetupIsNotSentOtherwise(ends: tuple[End, End], clock: Clock) -> None:
    begin(ends)
    assert len(ends[0].link.begunInSetup()) == 2
    assert ends[0].reports == ["linkBegun"]
    stop(ends, clock)


def test_aSessionThatStartsLateIsToldWhatItMissed(ends: tuple[End, End], clock: Clock) -> None:
    begin(ends)
    ends[0].link.path.tunnel()
    run(clock, 0.1)
    assert ends[1].link.heard
    ends[1].link.path.tunnel()
    run(clock)
    assert set(flowing(ends[0]).values()) == {Direction.SENDRECV}
    stop(ends, clock)


def test_onlySoMuchIsKeptForALateSession(ends: tuple[End, End], clock: Clock) -> None:
    begin(ends)
    digit = encoded(indication("userInput", ("alphanumeric", "1")))
    for _ in range(2 * MAXIMUM_EARLY):
        ends[0].link.received(digit)
    ends[0].link.path.tunnel()
    assert ends[0].reports.count("digit 1") == MAXIMUM_EARLY
    stop(ends, clock)


def encoded(message: Message) -> bytes:
    return bytes(h245.encode("MultimediaSystemControlMessage", message))


def test_aRefusedTunnelIsForgotten(ends: tuple[End, End], clock: Clock) -> None:
    begin(ends)
    ends[0].link.path.tunnel()
    ends[0].link.path.tunnelRefused()
    assert ends[0].reports[-1] == "linkAbandoned"
    assert ends[0].link.states == {}
    assert not ends[0].link.end()
    stop(ends, clock)


def test_noChannelsAreOpenedBesideAnUndecidedFastConnect(
    ends: tuple[End, End], clock: Clock
) -> None:
    ends[0].fast = True
    tunnelled(ends, clock)
    assert set(flowing(ends[0]).values()) == {Direction.RECVONLY}
    ends[0].link.openChannels()
    run(clock)
    assert set(flowing(ends[0]).values()) == {Direction.SENDRECV}
    stop(ends, clock)


def test_eachMediumIsHeldOnItsOwn(ends: tuple[End, End], clock: Clock) -> None:
    tunnelled(ends, clock)
    hidden = MediumProfile(Medium.VIDEO, (H261,), Direction.SENDONLY)
    ends[1].link.changeProfile(MediaProfile((*SOUND.media, hidden)))
    run(clock)
    assert flowing(ends[0]) == {
        Medium.AUDIO: Direction.SENDRECV,
        Medium.VIDEO: Direction.RECVONLY,
    }
    assert not ends[0].media.held
    stop(ends, clock)


def test_aMediumIsClosed(ends: tuple[End, End], clock: Clock) -> None:
    tunnelled(ends, clock)
    ends[1].link.changeProfile(SOUND)
    run(clock)
    for end in ends:
        assert flowing(end)[Medium.VIDEO] is Direction.INACTIVE
        assert flowing(end)[Medium.AUDIO] is Direction.SENDRECV
    assert ends[0].told[-1] == "video lost"
    stop(ends, clock)


def test_digitsGoByTheBestWayThatThePeerTakes(ends: tuple[End, End], clock: Clock) -> None:
    tunnelled(ends, clock, SOUND)
    assert ends[0].link.sendDigit("5", 100)
    run(clock)
    assert "digit 5" in ends[1].reports
    assert ends[0].link.sendDigit("6", 100, DigitMethod.RTP_EVENT)
    assert ends[0].port(Medium.AUDIO).digits == [("6", 100)]
    stop(ends, clock)


def test_aPeerThatWantsAWholePictureIsHeard(ends: tuple[End, End], clock: Clock) -> None:
    tunnelled(ends, clock, SOUND)
    fields = {"logicalChannelNumber": 1, "type": ("videoFastUpdatePicture", None)}
    ends[0].link.sendControl(command("miscellaneousCommand", fields))
    run(clock)
    assert "picture" in ends[1].reports
    stop(ends, clock)


def test_withoutASessionDigitsCannotGoByH245(ends: tuple[End, End]) -> None:
    assert not ends[0].link.sendDigit("5", 100)
    assert not ends[0].link.sendDigit("5", 100, DigitMethod.H245_SIGNAL)


@pytest.mark.parametrize("ender", [0, 1])
def test_theEndIsTheEndForBoth(ender: int, ends: tuple[End, End], clock: Clock) -> None:
    tunnelled(ends, clock)
    assert ends[ender].link.end()
    run(clock)
    assert [end.reports.count("linkEnded") for end in ends] == [1, 1]
    assert not ends[ender].link.end()
    stop(ends, clock)


def test_channelsAreClosedAndTheSessionEndedByOneMessage(
    ends: tuple[End, End], clock: Clock
) -> None:
    tunnelled(ends, clock)
    for end in ends:
        end.reports.clear()
    assert ends[0].link.end()
    run(clock)
    closings, answers = ([each for each in end.reports if each.startswith("sends")] for end in ends)
    assert closings == ["sends 3"]  # two channels are closed, and the session
    assert answers == ["sends 3"]


def test_aConnectionThatIsLostTakesTheSessionWithIt(ends: tuple[End, End], clock: Clock) -> None:
    begin(ends)
    near, far = ends
    near.link.path.listen()
    assert near.link.advertised is not None
    far.link.path.dial(near.link.advertised, False)
    run(clock)
    far.link.stop()
    run(clock)
    assert near.reports[-1] == "linkLost"
    assert near.link.states == {}
    stop(ends, clock)


def test_whatCannotBeReadIsTold(ends: tuple[End, End], clock: Clock) -> None:
    tunnelled(ends, clock)
    ends[0].link.received(b"\xff\xff")
    assert ends[0].reports[-1] == "fault"
    stop(ends, clock)


def test_saidAgainItIsSaidWhole(ends: tuple[End, End], clock: Clock) -> None:
    begin(ends)
    ends[0].far = None  # nobody listens yet
    ends[0].link.path.tunnel()
    ends[0].far = ends[1]
    ends[0].link.restart()
    ends[1].link.path.tunnel()
    run(clock)
    assert set(flowing(ends[0]).values()) == {Direction.SENDRECV}
    stop(ends, clock)
