"""
What a leg keeps between two rounds of offer and answer.
"""

from __future__ import annotations

import random

import pytest
from zope.interface import implementer

from h323d.call.homes import Home
from h323d.call.media import IMediaPort, IMediaPortObserver
from h323d.sip.calls.legmedia import LegMedia
from h323d.sip.sdp.description import parse
from h323d.sip.sdp.negotiation import NoCommonMedia
from h323d.values.address import TransportAddress
from h323d.values.media.direction import Direction
from h323d.values.media.streams import Stream
from tests.support.fakemedia import FakePool
from tests.support.sippeers import PROFILE, offerBody

HELD = PROFILE.directed(Direction.SENDONLY)


@implementer(IMediaPortObserver)
class Observer:
    home = Home.at("10.0.0.1")

    def portHeard(self, port: IMediaPort, source: TransportAddress) -> None:
        raise NotImplementedError

    def portDigit(self, port: IMediaPort, digit: str, milliseconds: int) -> None:
        raise NotImplementedError


def make() -> tuple[FakePool, LegMedia]:
    pool = FakePool()
    observer = Observer()
    return pool, LegMedia(pool, observer, observer, random.Random(1))


def theirs(**kw: str) -> bytes:
    return offerBody(**kw).encode()


def version(body: bytes) -> int:
    return parse(body).origin.version


def test_thePortIsOpenedOnceAndGivenBack() -> None:
    pool, media = make()
    assert pool.ports == []
    media.answer(theirs(), PROFILE)
    media.offer(HELD)
    assert len(pool.ports) == 1
    media.close()
    media.close()
    assert pool.ports == []


def test_theSameDescriptionKeepsItsVersion() -> None:
    _, media = make()
    first = media.answer(theirs(), PROFILE)
    assert media.answer(theirs(), PROFILE) == first


def test_aChangedDescriptionHasTheNextVersion() -> None:
    _, media = make()
    first = media.answer(theirs(), PROFILE)
    assert version(media.offer(HELD)) == version(first) + 1


def test_whatFollowsARefusedOfferNeverHasItsVersion() -> None:
    _, media = make()
    media.answer(theirs(), PROFILE)
    refused = media.offer(HELD)
    other = media.answer(theirs(direction="inactive"), PROFILE)
    assert version(other) == version(refused) + 1
    assert parse(other).origin.sessionId == parse(refused).origin.sessionId


def test_anOfferThatFailsLeavesTheAgreement() -> None:
    _, media = make()
    media.answer(theirs(), PROFILE)
    before = media.stream
    with pytest.raises(NoCommonMedia):
        media.answer(theirs(formats="18"), PROFILE)
    assert media.stream == before != Stream()


def test_anotherAnswerToTheSameOfferReplacesTheFirst() -> None:
    _, media = make()
    media.offer(PROFILE)
    media.conclude(theirs(host="10.0.0.3"))
    media.conclude(theirs(host="10.0.0.4"))
    assert media.stream.transmit is not None
    assert media.stream.transmit.rtp.host == "10.0.0.4"
