"""
Keys that are agreed on by DTLS, as session descriptions tell of it.
"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from h323d.sip.sdp.crypto import KeySource
from h323d.sip.sdp.description import SessionDescription, parse
from h323d.sip.sdp.encrypting import Encrypting
from h323d.sip.sdp.lines import LocalMedia, LocalPort
from h323d.sip.sdp.negotiation import Agreement, answerOffer, applyAnswer, makeOffer
from h323d.sip.sdp.refusal import NoCommonMedia
from h323d.values.address import TransportAddress
from h323d.values.media.direction import Direction
from h323d.values.media.encryption import (
    CryptoSuite,
    EncryptionTerms,
    KeyAgreement,
    KeyExchange,
    MediaEncryption,
    StreamKeys,
)
from h323d.values.media.fingerprint import Fingerprint
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from tests.support.fakemedia import SHOWN

THEIRS = Fingerprint.of(b"theirs")
OTHER = Fingerprint.of(b"another of theirs")
PRINT = f"a=fingerprint:{THEIRS}"
PROFILE = MediaProfile.audio((G711_ULAW,))
PORT = LocalPort(TransportAddress("198.51.100.1", 20000))
AGREED = "UDP/TLS/RTP/SAVP"
SDES = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + "A" * 40


def local(wanted: MediaEncryption = MediaEncryption.TAKEN, peer: str = "192.0.2.10") -> LocalMedia:
    source = KeySource(random.Random(1), frozenset(CryptoSuite))
    encrypting = Encrypting(EncryptionTerms(wanted, KeyExchange.DTLS), source, SHOWN, peer)
    return LocalMedia("198.51.100.1", 4711, {Medium.AUDIO: PORT}, encrypting=encrypting)


def sdp(*lines: str, session: tuple[str, ...] = (), protocol: str = AGREED) -> SessionDescription:
    texts = [
        "v=0", "o=- 1 1 IN IP4 192.0.2.10", "s=-", "c=IN IP4 192.0.2.10", "t=0 0", *session,
        f"m=audio 30000 {protocol} 0", *lines, "",
    ]  # fmt: skip
    return parse("\r\n".join(texts).encode())


def keysOf(agreement: Agreement) -> StreamKeys | KeyAgreement | None:
    return agreement.of(Medium.AUDIO).keys


def setupOf(description: SessionDescription) -> str | None:
    return description.media[0].attribute("setup")


@pytest.mark.parametrize(
    ("theirs", "ours", "begins"),
    [("actpass", "active", True), ("active", "passive", False), ("passive", "active", True)],
)
def test_anOfferSaysWhoBegins(theirs: str, ours: str, begins: bool) -> None:
    agreement = answerOffer(sdp(PRINT, f"a=setup:{theirs}"), PROFILE, local())
    assert keysOf(agreement) == KeyAgreement(begins, (THEIRS,))
    assert setupOf(agreement.local) == ours
    assert agreement.local.media[0].protocol == AGREED
    assert agreement.local.media[0].attribute("fingerprint") == str(SHOWN)


def test_whoSaysNothingBeginsWhatTheyOffer() -> None:
    assert keysOf(answerOffer(sdp(PRINT), PROFILE, local())) == KeyAgreement(False, (THEIRS,))


def test_theSessionSpeaksForItsMedia() -> None:
    offer = sdp(session=(PRINT, "a=setup:passive", "a=tls-id:abc"))
    expected = KeyAgreement(True, (THEIRS,), "abc")
    assert keysOf(answerOffer(offer, PROFILE, local())) == expected


def test_aMediumSpeaksForItself() -> None:
    offer = sdp(PRINT, "a=setup:passive", session=(f"a=fingerprint:{OTHER}", "a=setup:active"))
    assert keysOf(answerOffer(offer, PROFILE, local())) == KeyAgreement(True, (THEIRS,))


def test_whoCannotBeReachedBegins() -> None:
    offer = sdp(PRINT, "a=setup:actpass", "a=sendonly")
    assert keysOf(answerOffer(offer, PROFILE, local())) == KeyAgreement(False, (THEIRS,))


def test_whoIsAtAPlaceThatIsNotItsOwnBegins() -> None:
    offer = sdp(PRINT, "a=setup:actpass")
    agreement = answerOffer(offer, PROFILE, local(peer="198.51.100.9"))
    assert keysOf(agreement) == KeyAgreement(False, (THEIRS,))


@pytest.mark.parametrize("protocol", ["UDP/TLS/RTP/SAVPF", "RTP/SAVP", "RTP/SAVPF", "RTP/AVP"])
def test_itIsAnsweredInKindWhateverTheTransport(protocol: str) -> None:
    agreement = answerOffer(sdp(PRINT, "a=setup:actpass", protocol=protocol), PROFILE, local())
    assert isinstance(keysOf(agreement), KeyAgreement)
    assert agreement.local.media[0].protocol == protocol


@pytest.mark.parametrize(("protocol", "kind"), [("RTP/SAVP", StreamKeys), (AGREED, KeyAgreement)])
def test_ofBothWaysTheTransportsIsTaken(protocol: str, kind: type) -> None:
    offer = sdp(SDES, PRINT, "a=setup:actpass", protocol=protocol)
    assert isinstance(keysOf(answerOffer(offer, PROFILE, local())), kind)


@pytest.mark.parametrize(
    "lines",
    [(), ("a=setup:actpass",), (PRINT, "a=setup:holdconn"), (PRINT, "a=setup:whatever"),
     ("a=fingerprint:md5 00", "a=setup:actpass"), (SDES,)],
)  # fmt: skip
def test_anOfferWithoutWhatItTakesIsRefused(lines: tuple[str, ...]) -> None:
    with pytest.raises(NoCommonMedia, match="no a=fingerprint and a=setup that we can use"):
        answerOffer(sdp(*lines), PROFILE, local())


def test_whoNeverEncryptsDoesNotSpeakIt() -> None:
    with pytest.raises(NoCommonMedia, match=f"audio by {AGREED}, and we have RTP/AVP only"):
        answerOffer(sdp(PRINT), PROFILE, replace(local(), encrypting=None))


@pytest.mark.parametrize(
    ("wanted", "protocol"),
    [(MediaEncryption.OPTIONAL, "RTP/AVP"), (MediaEncryption.REQUIRED, AGREED)],
)
def test_weOfferThatThePeerChooses(wanted: MediaEncryption, protocol: str) -> None:
    offer = makeOffer(PROFILE, local(wanted))
    assert offer.media[0].protocol == protocol
    assert setupOf(offer) == "actpass"
    assert offer.media[0].attribute("fingerprint") == str(SHOWN)
    assert offer.media[0].attribute("crypto") is None


@pytest.mark.parametrize(
    ("answer", "begins"), [("a=setup:active", False), ("a=setup:passive", True), ("a=x", True)]
)
def test_theAnswerSaysWhoBegins(answer: str, begins: bool) -> None:
    offer = makeOffer(PROFILE, local(MediaEncryption.REQUIRED))
    agreement = applyAnswer(offer, sdp(PRINT, answer), PROFILE)
    assert keysOf(agreement) == KeyAgreement(begins, (THEIRS,))


@pytest.mark.parametrize("lines", [(PRINT, "a=setup:actpass"), ("a=setup:active",), (SDES,)])
def test_anAnswerWithoutWhatItTakesEndsTheCall(lines: tuple[str, ...]) -> None:
    offer = makeOffer(PROFILE, local(MediaEncryption.REQUIRED))
    with pytest.raises(NoCommonMedia, match="the answer has no key of ours"):
        applyAnswer(offer, sdp(*lines), PROFILE)


def test_whoIsOfferedItMayDoWithout() -> None:
    offer = makeOffer(PROFILE, local(MediaEncryption.OPTIONAL))
    assert keysOf(applyAnswer(offer, sdp(protocol="RTP/AVP"), PROFILE)) is None


def test_oneHandshakeDoesForRTPAndRTCPWhereThePeerOffersIt() -> None:
    agreement = answerOffer(sdp(PRINT, "a=setup:actpass", "a=rtcp-mux"), PROFILE, local())
    assert keysOf(agreement) == KeyAgreement(True, (THEIRS,), multiplexed=True)
    assert agreement.local.media[0].attribute("rtcp-mux") == ""
    again = makeOffer(PROFILE, local(), agreement)
    assert again.media[0].attribute("rtcp-mux") == ""
    same = sdp(PRINT, "a=setup:passive", "a=rtcp-mux")
    assert keysOf(applyAnswer(again, same, PROFILE)) == keysOf(agreement)


def test_weDoNotOfferIt() -> None:
    offer = makeOffer(PROFILE, local(MediaEncryption.REQUIRED))
    assert offer.media[0].attribute("rtcp-mux") is None
    agreement = applyAnswer(offer, sdp(PRINT, "a=setup:active", "a=rtcp-mux"), PROFILE)
    assert keysOf(agreement) == KeyAgreement(False, (THEIRS,))


# Further rounds.


def test_theSameOfferAgainKeepsTheAssociationWhoeverBegan() -> None:
    ours = applyAnswer(
        makeOffer(PROFILE, local(MediaEncryption.REQUIRED)), sdp(PRINT, "a=setup:active"), PROFILE
    )
    again = answerOffer(sdp(PRINT, "a=setup:actpass"), PROFILE, local(), ours)
    assert keysOf(again) == keysOf(ours) == KeyAgreement(False, (THEIRS,))
    assert setupOf(again.local) == "passive"


def test_aHoldKeepsTheAssociation() -> None:
    first = answerOffer(sdp(PRINT, "a=setup:actpass"), PROFILE, local())
    held = answerOffer(sdp(PRINT, "a=setup:actpass", "a=sendonly"), PROFILE, local(), first)
    assert held.of(Medium.AUDIO).direction is Direction.RECVONLY
    assert keysOf(held) == keysOf(first)


@pytest.mark.parametrize(
    "lines",
    [(f"a=fingerprint:{OTHER}", "a=setup:actpass"), (PRINT, "a=setup:actpass", "a=tls-id:new"),
     (PRINT, "a=setup:active")],
)  # fmt: skip
def test_whatIsOtherwiseIsAnotherAssociation(lines: tuple[str, ...]) -> None:
    first = answerOffer(sdp(PRINT, "a=setup:actpass"), PROFILE, local())
    assert keysOf(answerOffer(sdp(*lines), PROFILE, local(), first)) != keysOf(first)


def test_whatWeOfferAgainIsWhatWeHaveSaid() -> None:
    first = answerOffer(sdp(PRINT, "a=setup:actpass"), PROFILE, local())
    again = makeOffer(PROFILE, local(), first)
    assert setupOf(again) == setupOf(first.local) == "active"
    assert again.media[0].protocol == AGREED
    assert again.media[0].attribute("fingerprint") == str(SHOWN)


def test_ofManyFingerprintsSomeAreLookedAt() -> None:
    prints = ["a=fingerprint:sha-256 00"] * 16 + [PRINT]
    with pytest.raises(NoCommonMedia):
        answerOffer(sdp(*prints, "a=setup:actpass"), PROFILE, local())
