"""
How much the channels of a session need, and what is opened where there is not so much.
"""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from h323d.h323.h245.bandwidth import bitRateOf
from h323d.h323.h245.capabilities.table import capabilitySet
from h323d.h323.h245.messages import Fields, request, response
from h323d.h323.h245.owner import H245Failure
from h323d.h323.h245.session import H245Session
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.profile import MediaProfile
from tests.support.h245peers import (
    RecordingOwner,
    acknowledge,
    alone,
    mediaChannel,
    newSession,
    openChannel,
)

G729 = MediaFormat("G729", 8000)
BOTH = MediaProfile.audio((G711_ULAW, G729))
ULAW = ("audioData", ("g711Ulaw64k", 20))
SMALL = ("audioData", ("g729", 2))


class Limit:
    """
    Permits so much.

    @ivar asked: how much was wanted, each time.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.asked: list[int] = []

    def refusal(self, bandwidth: int) -> str | Deferred[str]:
        self.asked.append(bandwidth)
        return "" if bandwidth <= self.most else "insufficientBandwidth"


class Thinking:
    """
    Says later what it permits.

    @ivar answers: what is to be fired, in order.
    """

    def __init__(self) -> None:
        self.answers: list[Deferred[str]] = []

    def refusal(self, bandwidth: int) -> str | Deferred[str]:
        answer: Deferred[str] = Deferred()
        self.answers.append(answer)
        return answer


def opened(owner: RecordingOwner) -> list[str]:
    """
    What the channels carry that we would open.
    """
    channels = [fields for _, (name, fields) in owner.sent if name == "openLogicalChannel"]
    return [each["forwardLogicalChannelParameters"]["dataType"][1][0] for each in channels]


def answers(owner: RecordingOwner) -> list[str]:
    """
    What was said to the peer's channels.
    """
    return [each.removeprefix("openLogicalChannel") for each in owner.names() if _isAnswer(each)]


def _isAnswer(name: str) -> bool:
    return name in ("openLogicalChannelAck", "openLogicalChannelReject")


def close(number: int = 7) -> tuple[str, tuple[str, Fields]]:
    fields = {"forwardLogicalChannelNumber": number, "source": ("user", None)}
    return request("closeLogicalChannel", fields)


def ready(
    judge: Limit | Thinking, *speaks: MediaFormat
) -> tuple[Clock, RecordingOwner, H245Session]:
    """
    A session that may open channels to a peer that speaks so.
    """
    clock, owner = Clock(), RecordingOwner()
    session = newSession(owner, clock, BOTH, judge=judge)
    session.start()
    peers = capabilitySet(MediaProfile.audio(speaks), 1)
    session.received(request("terminalCapabilitySet", peers))
    session.received(response("terminalCapabilitySetAck", {"sequenceNumber": 1}))
    session.received(response("masterSlaveDeterminationAck", {"decision": ("master", None)}))
    return clock, owner, session


def test_ofOneMediumTheGreatestCounts() -> None:
    assert bitRateOf((G729, G711_ULAW, G711_ALAW)) == 64_000
    assert bitRateOf(()) == 0


def test_aChannelThatNeedsTooMuchIsRefused() -> None:
    limit, owner = Limit(63_999), RecordingOwner()
    session = newSession(owner, Clock(), judge=limit)
    session.received(openChannel(ULAW))
    assert owner.last("openLogicalChannelReject")["cause"] == ("insufficientBandwidth", None)
    assert limit.asked == [64_000]
    assert owner.receive is None
    assert not [name for name in session.states if name.startswith("LCSE in")]


def test_bothDirectionsCountTogether() -> None:
    limit = Limit(64_000)
    _clock, owner, session = alone(BOTH, judge=limit)
    session.received(openChannel(ULAW))
    assert limit.asked == [64_000, 128_000]
    assert answers(owner) == ["Reject"]
    session.received(openChannel(SMALL))
    assert limit.asked[2:] == [72_000]
    session.stop()


def test_aChannelThatTakesAnothersPlaceCountsAsTheGreater() -> None:
    limit, owner = Limit(64_000), RecordingOwner()
    session = newSession(owner, Clock(), BOTH, judge=limit)
    session.received(openChannel(ULAW))
    session.received(openChannel(SMALL, 8))
    assert limit.asked == [64_000, 64_000]
    session.received(close(7))
    session.received(openChannel(SMALL, 8))
    assert limit.asked[2:] == [8_000]


def test_weOpenInASmallerFormatWhereThereIsTooLittle() -> None:
    _clock, owner, session = ready(Limit(10_000), G711_ULAW, G729)
    assert opened(owner) == ["g729AnnexA"]
    assert owner.failures == []
    session.stop()


def test_weOpenNothingWhereThereIsTooLittleForAnything() -> None:
    clock, owner, session = ready(Limit(10_000), G711_ULAW)
    assert opened(owner) == []
    assert owner.failures == [H245Failure.NO_BANDWIDTH]
    session.stop()
    assert clock.getDelayedCalls() == []


def test_aChannelWaitsUntilItIsSaidWhetherItMayBe() -> None:
    thinking, owner = Thinking(), RecordingOwner()
    session = newSession(owner, Clock(), judge=thinking)
    session.received(openChannel(ULAW))
    session.received(openChannel(ULAW, 8))
    assert answers(owner) == []
    thinking.answers[0].callback("")
    thinking.answers[1].callback("insufficientBandwidth")
    assert answers(owner) == ["Ack", "Reject"]
    assert owner.receive is not None
    assert [name for name in session.states if name.startswith("LCSE in")] == ["LCSE in 7"]


def test_whatIsSaidOfAChannelThatIsGoneIsNotHeard() -> None:
    thinking, owner = Thinking(), RecordingOwner()
    session = newSession(owner, Clock(), judge=thinking)
    session.received(openChannel(ULAW))
    session.received(close())
    session.received(openChannel(ULAW, 8))
    session.stop()
    for answer in thinking.answers:
        answer.callback("")
    assert answers(owner) == []
    assert owner.receive is None


def test_whatIsSaidOfAChannelThatIsOpenedAnewIsNotHeard() -> None:
    thinking, owner = Thinking(), RecordingOwner()
    session = newSession(owner, Clock(), judge=thinking)
    session.received(openChannel(ULAW))
    session.received(openChannel(ULAW))
    thinking.answers[0].callback("insufficientBandwidth")
    assert answers(owner) == []
    thinking.answers[1].callback("")
    assert answers(owner) == ["Ack"]


def test_weWaitUntilItIsSaidWhatWeMayOpen() -> None:
    thinking = Thinking()
    clock, owner, session = ready(thinking, G711_ULAW, G729)
    assert opened(owner) == []
    assert owner.failures == []
    thinking.answers[0].callback("insufficientBandwidth")
    assert opened(owner) == []
    thinking.answers[1].callback("")
    assert opened(owner) == ["g729AnnexA"]
    session.received(acknowledge(101, mediaChannel=mediaChannel("192.0.2.2", 5000)))
    assert owner.transmit is not None
    session.stop()
    assert clock.getDelayedCalls() == []


def test_aSessionThatIsOverOpensNothing() -> None:
    thinking = Thinking()
    _clock, owner, session = ready(thinking, G711_ULAW)
    session.stop()
    thinking.answers[0].callback("")
    assert opened(owner) == []
