"""
What a leg keeps between two rounds of offer and answer.
"""

from __future__ import annotations

import random

import pytest
from twisted.internet.task import Clock
from zope.interface import implementer

from h323d.call.applications import Priority
from h323d.call.homes import Home
from h323d.call.legmedia import LegMedia
from h323d.call.media import IMediaPort, IMediaPortObserver, Signalling
from h323d.errors import RemoteProtocolError
from h323d.sip.calls.descriptions import Descriptions
from h323d.sip.sdp.description import parse
from h323d.sip.sdp.refusal import NoCommonMedia
from h323d.values.address import TransportAddress
from h323d.values.media.direction import Direction
from h323d.values.media.encryption import (
    EncryptionRule,
    EncryptionTerms,
    KeyExchange,
    MediaEncryption,
    SRTPPeer,
)
from h323d.values.media.medium import Medium
from h323d.values.media.streams import Stream
from tests.support.fakemedia import FakePool, FakePort
from tests.support.sippeers import PROFILE, offerBody

HELD = PROFILE.directed(Direction.SENDONLY)


@implementer(IMediaPortObserver)
class Leg:
    home = Home.at("10.0.0.1")
    signalling = Signalling("10.0.0.2")
    priority: Priority | None = None

    def mediaReady(self, port: IMediaPort, stream: Stream) -> None:
        raise NotImplementedError

    def mediaLost(self, medium: Medium) -> None:
        raise NotImplementedError

    def portHeard(self, port: IMediaPort, source: TransportAddress) -> None:
        raise NotImplementedError

    def portDigit(self, port: IMediaPort, digit: str, milliseconds: int) -> None:
        raise NotImplementedError

    def portFailed(self, port: IMediaPort, error: RemoteProtocolError) -> None:
        raise NotImplementedError


def make(
    srtp: MediaEncryption = MediaEncryption.TAKEN, keys: KeyExchange = KeyExchange.SDES
) -> tuple[LegMedia, Descriptions]:
    leg = Leg()
    media = LegMedia(leg, leg, FakePool(), Clock())
    rule = EncryptionRule(
        EncryptionTerms(MediaEncryption.OFF), (SRTPPeer(leg.signalling.host, srtp, keys),)
    )
    return media, Descriptions(media, random.Random(1), encryption=rule)


def theirs(**kw: str) -> bytes:
    return offerBody(**kw).encode()


def version(body: bytes) -> int:
    return parse(body).origin.version


def test_thePortStaysTheSameThroughTheCall() -> None:
    media, descriptions = make()
    assert media.ports == {}
    first = parse(descriptions.answer(theirs(), PROFILE)).media[0].port
    assert parse(descriptions.offer(HELD)).media[0].port == first
    assert [port.rtp.port for port in media.ports.values()] == [first]


@pytest.mark.parametrize(
    ("srtp", "keys", "expected"),
    [(MediaEncryption.REQUIRED, KeyExchange.DTLS, True),
     (MediaEncryption.OPTIONAL, KeyExchange.DTLS, True),
     (MediaEncryption.TAKEN, KeyExchange.DTLS, False),
     (MediaEncryption.REQUIRED, KeyExchange.SDES, False)],
)  # fmt: skip
def test_handshakesAreExpectedWhereTheyAreOffered(
    srtp: MediaEncryption, keys: KeyExchange, expected: bool
) -> None:
    media, descriptions = make(srtp, keys)
    descriptions.offer(PROFILE)
    port = media.ports[Medium.AUDIO]
    assert isinstance(port, FakePort)
    assert port.expecting is expected


def test_theSameDescriptionKeepsItsVersion() -> None:
    _, descriptions = make()
    first = descriptions.answer(theirs(), PROFILE)
    assert descriptions.answer(theirs(), PROFILE) == first


def test_aChangedDescriptionHasTheNextVersion() -> None:
    _, descriptions = make()
    first = descriptions.answer(theirs(), PROFILE)
    assert version(descriptions.offer(HELD)) == version(first) + 1


def test_whatFollowsARefusedOfferNeverHasItsVersion() -> None:
    _, descriptions = make()
    descriptions.answer(theirs(), PROFILE)
    refused = descriptions.offer(HELD)
    other = descriptions.answer(theirs(direction="inactive"), PROFILE)
    assert version(other) == version(refused) + 1
    assert parse(other).origin.sessionId == parse(refused).origin.sessionId


def test_anOfferThatFailsLeavesTheAgreement() -> None:
    _, descriptions = make()
    descriptions.answer(theirs(), PROFILE)
    before = descriptions.stream(Medium.AUDIO)
    with pytest.raises(NoCommonMedia):
        descriptions.answer(theirs(formats="18"), PROFILE)
    assert descriptions.stream(Medium.AUDIO) == before != Stream()


def test_anotherAnswerToTheSameOfferReplacesTheFirst() -> None:
    _, descriptions = make()
    descriptions.offer(PROFILE)
    descriptions.conclude(theirs(host="10.0.0.3"))
    descriptions.conclude(theirs(host="10.0.0.4"))
    transmit = descriptions.stream(Medium.AUDIO).transmit
    assert transmit is not None
    assert transmit.rtp.host == "10.0.0.4"


CRYPTO = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + 40 * "A" + "\n"


def encrypted(protocol: str = "RTP/AVP") -> bytes:
    return (offerBody() + CRYPTO).replace("RTP/AVP", protocol).encode()


def test_whatIsAgreedIsEncryptedAsItsPeerIs() -> None:
    _, descriptions = make()
    assert b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 " in descriptions.answer(encrypted(), PROFILE)
    assert descriptions.stream(Medium.AUDIO).keys is not None
    _, others = make(MediaEncryption.OFF)
    assert b"crypto" not in others.answer(encrypted(), PROFILE)
    assert others.stream(Medium.AUDIO).keys is None


def test_aHoldKeepsTheKeys() -> None:
    _, descriptions = make()
    descriptions.answer(encrypted(), PROFILE)
    keys = descriptions.stream(Medium.AUDIO).keys
    descriptions.offer(HELD)
    descriptions.conclude(encrypted())
    assert descriptions.stream(Medium.AUDIO).keys == keys is not None


def test_whereItHasToBeEncryptedAnAnswerInTheClearIsNone() -> None:
    _, descriptions = make(MediaEncryption.REQUIRED)
    descriptions.answer(encrypted(), PROFILE)  # in kind: RTP/AVP, and so without would be in order
    keys = descriptions.stream(Medium.AUDIO).keys
    descriptions.offer(PROFILE)
    with pytest.raises(NoCommonMedia, match="not encrypted"):
        descriptions.conclude(theirs())
    assert descriptions.stream(Medium.AUDIO).keys == keys is not None
