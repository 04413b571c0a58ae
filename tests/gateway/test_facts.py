"""
What is told of a bridged call.
"""

from __future__ import annotations

import random

import pytest
from twisted.internet.task import Clock

from h323d.call.callers import ANY_NAME
from h323d.call.legs import ILeg
from h323d.events.bus import EventBus, Fact
from h323d.events.calls import (
    CallAlerting,
    CallEnded,
    CallRouted,
    DigitReceived,
    PictureWanted,
    SoundBegan,
    SoundEnded,
)
from h323d.gateway.config import GatewayConfig
from h323d.gateway.context import BridgeContext
from h323d.gateway.facts import BridgeFacts
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.formats import G711_ALAW
from h323d.values.media.streams import Stream, TransmitFormat
from h323d.values.sound import Sound
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool

PEER = TransportAddress("10.0.0.2", 4000)


class Nobody:
    """
    A L{h323d.gateway.context.CallTaker}.
    """

    def legOffered(self, leg: ILeg) -> None:
        raise AssertionError("nobody is offered")


class Telling:
    """
    Facts, and what was told.
    """

    def __init__(self) -> None:
        self.told: list[Fact] = []
        clock, events, pool = Clock(), EventBus(), FakePool()
        events.subscribe(Fact, self.told.append)
        clock.advance(7.0)
        shared = BridgeContext(
            *(GatewayConfig(), clock, random.Random(1), events, pool, {}, ANY_NAME, Nobody())
        )
        self.facts = BridgeFacts(shared)
        self.alice, self.bob = FakeLeg("1002", pool), FakeLeg("1002", pool)


def test_whereACallGoesIsToldOfTheCaller() -> None:
    telling = Telling()
    alice, bob = telling.alice, telling.bob
    telling.facts.tellRouted(alice, bob)
    assert telling.told == [
        CallRouted(7.0, alice.callId, alice.legId, "gateway", "", bob.peer, bob.legId)
    ]


def test_whoWantsAWholePictureIsToldOf() -> None:
    telling = Telling()
    telling.facts.tellPictureWanted(telling.alice)
    assert telling.told == [PictureWanted(7.0, telling.alice.callId, telling.alice.legId)]


def test_whoPicksACallUpIsToldOfInBothCalls() -> None:
    telling = Telling()
    alice, bob = telling.alice, telling.bob
    telling.facts.tellPickedUp(alice, bob)
    assert telling.told == [
        CallRouted(7.0, bob.callId, bob.legId, "gateway", ""),
        CallRouted(7.0, alice.callId, alice.legId, "gateway", "", bob.peer, bob.legId),
    ]


def test_thatItRingsIsToldOfTheLegThatGoesThere() -> None:
    telling = Telling()
    telling.facts.tellAlerting(telling.bob)
    assert telling.told == [CallAlerting(7.0, telling.bob.callId, telling.bob.legId)]


@pytest.mark.parametrize(
    ("stream", "encoding"),
    [
        (Stream(TransmitFormat(G711_ALAW, 8, 20, PEER)), "PCMA/8000"),
        (Stream(), "none"),
    ],
)
def test_soundIsToldByWhatIsSent(stream: Stream, encoding: str) -> None:
    telling = Telling()
    leg = telling.alice
    telling.facts.tellSoundBegan(leg, stream)
    assert telling.told == [SoundBegan(7.0, leg.callId, leg.legId, encoding)]


def test_ofAKeyIsToldHowItCame() -> None:
    telling = Telling()
    leg = telling.alice
    telling.facts.tellDigit(leg, DigitMethod.RTP_EVENT)
    assert telling.told == [DigitReceived(7.0, leg.callId, leg.legId, DigitMethod.RTP_EVENT.value)]


@pytest.mark.parametrize("sound", [None, Sound(packetsReceived=3)])
def test_theEndIsToldAfterThatOfTheSoundIfThereWasAny(sound: Sound | None) -> None:
    telling = Telling()
    leg = telling.alice
    telling.facts.tellEnded(leg, Cause.USER_BUSY, "called", sound)
    ended = CallEnded(7.0, leg.callId, leg.legId, Cause.USER_BUSY, "called")
    before = [] if sound is None else [SoundEnded(7.0, leg.callId, leg.legId, sound)]
    assert telling.told == [*before, ended]
