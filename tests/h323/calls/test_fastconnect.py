"""
Fast connect in one call: when it is offered and accepted, and what becomes of it.
"""

from __future__ import annotations

from typing import Any, cast

import pytest

from h323d.call.homes import Home
from h323d.call.legmedia import LegMedia
from h323d.errors import DecodeError
from h323d.h323.calls.fastconnect import FastConnect, Outcome
from h323d.h323.signalling.uuie import Start
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from tests.support.fakemedia import FakePool
from tests.support.h323 import PROFILE
from tests.support.recorder import Recorder

NOTHING = Start()


class Sound:
    """
    One medium of a leg.

    @ivar expected: what it was told that may come already.
    """

    def __init__(self, host: str, isOpen: bool) -> None:
        observer: Any = Recorder()
        self.port = FakePool().openPort(observer, Home.at(host)) if isOpen else None
        self.expected: list[Any] = []

    def of(self, medium: Medium) -> Sound:
        assert medium is Medium.AUDIO
        return self

    def expect(self, receive: Any) -> None:
        self.expected.append(receive)


class Scene:
    """
    Both sides of one call.
    """

    def __init__(self, offers: bool = True, accepts: bool = True, isOpen: bool = True) -> None:
        self.near, self.far = Sound("10.0.0.1", isOpen), Sound("10.0.0.2", isOpen)
        self.caller = FastConnect(cast(LegMedia, self.near), offers)
        self.called = FastConnect(cast(LegMedia, self.far), accepts)

    def offer(self) -> tuple[bytes, ...]:
        offer = self.caller.offer(PROFILE)
        self.called.proposed(offer)
        return offer


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_itBeginsWithNothing(scene: Scene) -> None:
    assert scene.caller.outcome is Outcome.NOT_OFFERED
    assert scene.caller.answering() == NOTHING
    assert not scene.caller.connection.accepted


def test_whatIsOfferedIsAcceptedOnBothSides(scene: Scene) -> None:
    assert scene.offer()
    assert (scene.caller.outcome, scene.called.outcome) == (Outcome.OPEN, Outcome.OPEN)
    assert scene.called.choose(PROFILE) is None
    assert scene.caller.heard(scene.called.answering())
    assert (scene.caller.outcome, scene.called.outcome) == (Outcome.ACCEPTED,) * 2
    for side, other in ((scene.caller, scene.far), (scene.called, scene.near)):
        transmit = side.connection.transmit
        assert transmit is not None
        assert other.port is not None
        assert transmit.rtp == other.port.rtp


def test_soundMayComeAsSoonAsItIsOffered(scene: Scene) -> None:
    scene.offer()
    (expected,) = scene.near.expected
    assert set(expected.formats.values()) == {G711_ULAW, G711_ALAW}
    assert scene.far.expected == []


@pytest.mark.parametrize("scene", [Scene(offers=False), Scene(isOpen=False)])
def test_whoMayNotOfferOrHasNoPortOffersNothing(scene: Scene) -> None:
    assert scene.offer() == ()
    assert (scene.caller.outcome, scene.called.outcome) == (Outcome.NOT_OFFERED,) * 2
    assert scene.near.expected == []


def test_whoMayNotAcceptRefusesAndSaysSo() -> None:
    scene = Scene(accepts=False)
    scene.offer()
    scene.called.choose(PROFILE)
    assert scene.called.answering() == Start(fastConnectRefused=True)
    assert not scene.caller.heard(scene.called.answering())
    assert (scene.caller.outcome, scene.called.outcome) == (Outcome.REFUSED,) * 2
    assert scene.near.expected[-1] is None


def test_whatHasNothingInCommonIsRefused(scene: Scene) -> None:
    scene.offer()
    scene.called.choose(MediaProfile.audio((MediaFormat("G729"),)))
    assert scene.called.outcome is Outcome.REFUSED
    assert scene.called.answering().fastConnectRefused


def test_whatSaysNothingOfItDecidesNothing(scene: Scene) -> None:
    scene.offer()
    assert not scene.caller.heard(NOTHING)
    assert scene.caller.outcome is Outcome.OPEN


def test_anAnswerToNothingIsNoAnswer(scene: Scene) -> None:
    scene.offer()
    scene.called.choose(PROFILE)
    answer = scene.called.answering()
    assert not Scene(offers=False).caller.heard(answer)


def test_theFirstAnswerDecides(scene: Scene) -> None:
    scene.offer()
    scene.called.choose(PROFILE)
    answer = scene.called.answering()
    assert scene.caller.heard(answer)
    assert not scene.caller.heard(answer)
    scene.caller.refused()
    assert scene.caller.outcome is Outcome.ACCEPTED


def test_anOfferThatNobodyAnswersIsVoid(scene: Scene) -> None:
    scene.offer()
    scene.caller.refused()
    assert scene.caller.outcome is Outcome.REFUSED
    scene.called.choose(PROFILE)
    assert not scene.caller.heard(scene.called.answering())
    assert scene.near.expected[-1] is None


def test_whoWasProposedNothingChoosesNothing(scene: Scene) -> None:
    scene.called.proposed(())
    assert scene.called.choose(PROFILE) is None
    assert (scene.called.outcome, scene.called.answering()) == (Outcome.NOT_OFFERED, NOTHING)


def test_whatCannotBeReadIsToldAndRefused(scene: Scene) -> None:
    scene.called.proposed((b"\xff\xff\xff",))
    assert isinstance(scene.called.choose(PROFILE), DecodeError)
    assert scene.called.choose(PROFILE) is None
    assert scene.called.answering() == Start(fastConnectRefused=True)
