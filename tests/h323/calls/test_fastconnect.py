"""
Fast connect in one call: offered, accepted, refused.
"""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from h323d.h323.calls.fastconnect import FastConnect, FastConnectOutcome
from h323d.h323.h245.bandwidth import ChannelJudge
from h323d.h323.h245.capabilities.audio import AUDIO
from h323d.h323.signalling.uuie import Start
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile, MediumProfile
from tests.support.fakevideo import FAKE_VIDEO, H261
from tests.support.mediaowner import MediaOwner

SOUND = MediaProfile.audio((G711_ULAW, G711_ALAW))
SEEN = MediaProfile((*SOUND.media, MediumProfile(Medium.VIDEO, (H261,))))
G722 = MediaProfile.audio((MediaFormat("G722"),))


class Leg(MediaOwner):
    """
    A leg, as far as fast connect needs one.
    """

    def __init__(self, host: str, enabled: bool = True, judge: ChannelJudge | None = None) -> None:
        super().__init__(host, Clock())
        self.fast = FastConnect(self.media, enabled, (AUDIO, FAKE_VIDEO), judge)

    def expected(self, medium: Medium) -> bool:
        """
        Whether its port expects to hear something.
        """
        return self.port(medium).stream.receive is not None


@pytest.fixture
def caller() -> Leg:
    leg = Leg("192.0.2.1")
    leg.media.open(SEEN)
    return leg


@pytest.fixture
def called() -> Leg:
    leg = Leg("192.0.2.2")
    leg.media.open(SEEN)
    return leg


def test_whatThePeerSpeaksIsWhatItProposesOrHasChosen(caller: Leg, called: Leg) -> None:
    called.fast.proposed(caller.fast.offer(SOUND))
    assert called.fast.spoken == (G711_ULAW, G711_ALAW)
    called.fast.choose(MediaProfile.audio((G711_ALAW,)))
    assert caller.fast.heard(called.fast.answering())
    assert caller.fast.spoken == (G711_ALAW,)


def test_whatIsProposedIsExpectedAtOnce(caller: Leg) -> None:
    assert caller.fast.offer(SEEN)
    assert caller.fast.outcome is FastConnectOutcome.OPEN
    assert caller.expected(Medium.AUDIO)
    assert caller.expected(Medium.VIDEO)


def test_bothEndsOpenAllMedia(caller: Leg, called: Leg) -> None:
    called.fast.proposed(caller.fast.offer(SEEN))
    called.fast.choose(SEEN)
    assert called.fast.outcome is FastConnectOutcome.ACCEPTED
    assert caller.fast.heard(called.fast.answering())
    assert caller.fast.outcome is FastConnectOutcome.ACCEPTED
    for leg in (caller, called):
        opened = [each.medium for each in leg.fast.connection.channels]
        assert opened == [Medium.AUDIO, Medium.VIDEO]


class Limit:
    """
    Permits G.711 in one direction, or says nothing of it yet.
    """

    def __init__(self, isLate: bool = False) -> None:
        self.isLate = isLate

    def refusal(self, bandwidth: int) -> str | Deferred[str]:
        if self.isLate:
            return Deferred()
        return "" if bandwidth <= 64_000 else "insufficientBandwidth"


@pytest.mark.parametrize("isLate", [False, True])
def test_whatThereIsNoBandwidthForIsNotAccepted(caller: Leg, isLate: bool) -> None:
    called = Leg("192.0.2.2", judge=Limit(isLate))
    called.media.open(SOUND)
    called.fast.proposed(caller.fast.offer(SOUND))
    assert called.fast.choose(SOUND) is None
    assert called.fast.outcome is FastConnectOutcome.REFUSED
    assert called.fast.answering() == Start(fastConnectRefused=True)


def test_whatThereIsBandwidthForIsAccepted(caller: Leg) -> None:
    called = Leg("192.0.2.2", judge=Limit())
    called.media.open(SOUND)
    called.fast.proposed(caller.fast.offer(SOUND))
    called.fast.choose(SOUND.directed(Direction.RECVONLY))
    assert called.fast.outcome is FastConnectOutcome.ACCEPTED


def test_itBeginsWithNothing(caller: Leg) -> None:
    assert caller.fast.outcome is FastConnectOutcome.NOT_OFFERED
    assert caller.fast.answering() == Start()
    assert not caller.fast.connection.accepted


def test_eachSendsWhereTheOtherHears(caller: Leg, called: Leg) -> None:
    called.fast.proposed(caller.fast.offer(SEEN))
    called.fast.choose(SEEN)
    caller.fast.heard(called.fast.answering())
    for side, other in ((caller, called), (called, caller)):
        for opened in side.fast.connection.channels:
            assert opened.transmit is not None
            assert opened.transmit.rtp == other.port(opened.medium).rtp


def test_theFirstAnswerDecides(caller: Leg, called: Leg) -> None:
    called.fast.proposed(caller.fast.offer(SEEN))
    called.fast.choose(SEEN)
    answer = called.fast.answering()
    assert caller.fast.heard(answer)
    assert not caller.fast.heard(answer)
    caller.fast.refused()
    assert caller.fast.outcome is FastConnectOutcome.ACCEPTED


def test_anAnswerToNothingIsNoAnswer(caller: Leg, called: Leg) -> None:
    called.fast.proposed(caller.fast.offer(SEEN))
    called.fast.choose(SEEN)
    assert not Leg("192.0.2.3").fast.heard(called.fast.answering())


def test_whatIsNotTakenIsNoLongerExpected(caller: Leg, called: Leg) -> None:
    called.fast.proposed(caller.fast.offer(SEEN))
    called.fast.choose(SOUND)
    assert caller.fast.heard(called.fast.answering())
    assert caller.expected(Medium.AUDIO)
    assert not caller.expected(Medium.VIDEO)


def test_aMediumWithoutAPortIsNotProposed() -> None:
    leg = Leg("192.0.2.1")
    leg.media.open(SOUND)
    leg.fast.offer(SEEN)
    assert not leg.fast.connection.channels
    assert [port.medium for port in leg.pool.ports] == [Medium.AUDIO]


@pytest.mark.parametrize("answer", [Start(fastConnectRefused=True), Start(fastStart=(b"\xff",))])
def test_aRefusalVoidsTheOffer(answer: Start, caller: Leg) -> None:
    caller.fast.offer(SEEN)
    assert not caller.fast.heard(answer)
    assert caller.fast.outcome is FastConnectOutcome.REFUSED
    assert not caller.expected(Medium.AUDIO)
    assert not caller.expected(Medium.VIDEO)


def test_anAnswerThatSaysNothingDecidesNothing(caller: Leg) -> None:
    caller.fast.offer(SEEN)
    assert not caller.fast.heard(Start())
    assert caller.fast.outcome is FastConnectOutcome.OPEN


def test_anAnswerAfterARefusalComesTooLate(caller: Leg, called: Leg) -> None:
    called.fast.proposed(caller.fast.offer(SEEN))
    called.fast.choose(SEEN)
    caller.fast.refused()
    assert not caller.fast.heard(called.fast.answering())
    assert caller.fast.outcome is FastConnectOutcome.REFUSED


def test_nothingInCommonIsRefusedInOurAnswers(caller: Leg, called: Leg) -> None:
    called.fast.proposed(caller.fast.offer(SEEN))
    called.fast.choose(G722)
    assert called.fast.outcome is FastConnectOutcome.REFUSED
    assert called.fast.answering() == Start(fastConnectRefused=True)


def test_whoDoesNotWantFastConnectNeitherOffersNorAccepts(caller: Leg) -> None:
    slow = Leg("192.0.2.2", enabled=False)
    slow.media.open(SEEN)
    assert slow.fast.offer(SEEN) == ()
    assert slow.fast.outcome is FastConnectOutcome.NOT_OFFERED
    slow.fast.proposed(caller.fast.offer(SEEN))
    slow.fast.choose(SEEN)
    assert slow.fast.answering() == Start(fastConnectRefused=True)


def test_aCallerThatProposesNothingIsNotRefused(called: Leg) -> None:
    called.fast.proposed(())
    assert called.fast.choose(SEEN) is None
    assert called.fast.answering() == Start()


def test_whatCannotBeReadIsToldOnce(called: Leg) -> None:
    called.fast.proposed((b"\xff",))
    assert called.fast.choose(SEEN) is not None
    assert called.fast.choose(SEEN) is None
