"""
Which keys are in a session description, and which of them both sides use.
"""

from __future__ import annotations

import base64
import random
from dataclasses import replace

import pytest

from h323d.sip.sdp.crypto import Crypto, KeySource, cryptosOf
from h323d.sip.sdp.description import MediaDescription, SessionDescription, parse
from h323d.sip.sdp.encrypting import Encrypting
from h323d.sip.sdp.lines import LocalMedia, LocalPort
from h323d.sip.sdp.negotiation import Agreement, answerOffer, applyAnswer, makeOffer
from h323d.sip.sdp.refusal import NoCommonMedia
from h323d.sip.sdp.streams import Obstacle
from h323d.values.address import TransportAddress
from h323d.values.media.encryption import (
    CryptoSuite,
    EncryptionTerms,
    KeyAgreement,
    MasterKey,
    MediaEncryption,
    StreamKeys,
)
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from tests.support.fakemedia import SHOWN

OCTETS = bytes(range(30))
TEXT = base64.b64encode(OCTETS).decode()
KEY = MasterKey(CryptoSuite.AES_CM_80, OCTETS)
GOOD = f"1 AES_CM_128_HMAC_SHA1_80 inline:{TEXT}"
PROFILE = MediaProfile.audio((G711_ULAW,))
PORT = LocalPort(TransportAddress("198.51.100.1", 20000))


EVERY = frozenset(CryptoSuite)
LONG = frozenset({CryptoSuite.AES_256_CM_80, CryptoSuite.AES_256_CM_32})


def local(
    wanted: MediaEncryption = MediaEncryption.TAKEN,
    seed: int = 1,
    suites: frozenset[CryptoSuite] = EVERY,
) -> LocalMedia:
    terms = EncryptionTerms(wanted)
    encrypting = Encrypting(terms, KeySource(random.Random(seed), suites), SHOWN, "192.0.2.10")
    media = LocalMedia("198.51.100.1", 4711, {Medium.AUDIO: PORT}, encrypting=encrypting)
    return replace(media, encrypting=None) if wanted is MediaEncryption.OFF else media


def sdp(*cryptos: str, protocol: str = "RTP/AVP") -> SessionDescription:
    lines = [
        "v=0", "o=- 1 1 IN IP4 192.0.2.10", "s=-", "c=IN IP4 192.0.2.10", "t=0 0",
        f"m=audio 30000 {protocol} 0", *(f"a=crypto:{each}" for each in cryptos), "",
    ]  # fmt: skip
    return parse("\r\n".join(lines).encode())


def keysOf(agreement: Agreement) -> StreamKeys | KeyAgreement | None:
    return agreement.of(Medium.AUDIO).keys


def lineOf(description: SessionDescription) -> MediaDescription:
    return description.media[0]


@pytest.mark.parametrize(
    "value",
    [
        GOOD,
        f"  {GOOD} ",
        f"{GOOD}|2^20",
        f"{GOOD}|1048576",
        f"{GOOD} WSH=1024",
        f"{GOOD} KDR=0 -whatever",
        GOOD.replace("1 AES", "999999999 AES"),
        GOOD.replace("AES_CM", "aes_cm"),
    ],
)
def test_aLineIsReadInAllItsForms(value: str) -> None:
    crypto = Crypto.parse(value)
    assert crypto is not None
    assert crypto.key == KEY


@pytest.mark.parametrize(
    "value",
    [
        "",
        "1",
        f"x AES_CM_128_HMAC_SHA1_80 inline:{TEXT}",
        f"1000000000 AES_CM_128_HMAC_SHA1_80 inline:{TEXT}",
        f"1 F8_128_HMAC_SHA1_80 inline:{TEXT}",
        f"1 AES_CM_128_HMAC_SHA1_80 outline:{TEXT}",
        f"1 AES_CM_128_HMAC_SHA1_80 inline:{TEXT[:-4]}",
        f"1 AES_CM_128_HMAC_SHA1_80 inline:{TEXT}AAAA",
        "1 AES_CM_128_HMAC_SHA1_80 inline:=",
        f"{GOOD}|2^49",
        f"{GOOD}|2^999999999999",
        f"{GOOD}|0",
        f"{GOOD}|soon",
        f"{GOOD};inline:{TEXT}",
        f"{GOOD} UNENCRYPTED_SRTP",
        f"{GOOD} UNAUTHENTICATED_SRTP",
        f"{GOOD} UNENCRYPTED_SRTCP",
        f"{GOOD} KDR=5",
        f"{GOOD} FEC_KEY=inline:{TEXT}",
        f"{GOOD} unknown",
        "1 " * 2000,
    ],
)
def test_aLineThatIsOddOrAsksForWhatWeDoNotHaveIsPassedOver(value: str) -> None:
    assert Crypto.parse(value) is None


@pytest.mark.parametrize("suite", list(CryptoSuite))
def test_whatIsWrittenIsReadAgain(suite: CryptoSuite) -> None:
    key = KeySource(random.Random(1), EVERY).draw(suite)
    name, value = Crypto(7, key).attribute
    assert (name, Crypto.parse(value or "")) == ("crypto", Crypto(7, key))


@pytest.mark.parametrize("protocol", ["RTP/AVP", "RTP/SAVP", "RTP/SAVPF"])
def test_anOfferIsAnsweredInKindByItsFirstGoodLine(protocol: str) -> None:
    offer = sdp("1 ODD inline:x", GOOD.replace("1 AES", "2 AES"), GOOD, protocol=protocol)
    agreement = answerOffer(offer, PROFILE, local())
    line = lineOf(agreement.local)
    (crypto,) = cryptosOf(line)
    assert (line.protocol, crypto.tag) == (protocol, 2)
    assert keysOf(agreement) == StreamKeys(crypto.key, KEY)
    assert crypto.key.octets != OCTETS


@pytest.mark.parametrize(
    ("cryptos", "protocol", "wanted", "obstacle"),
    [
        ((), "RTP/SAVP", MediaEncryption.TAKEN, Obstacle.ENCRYPTION),
        (("1 ODD inline:x",), "RTP/SAVP", MediaEncryption.TAKEN, Obstacle.ENCRYPTION),
        ((), "RTP/AVP", MediaEncryption.REQUIRED, Obstacle.ENCRYPTION),
        ((GOOD,), "RTP/SAVP", MediaEncryption.OFF, Obstacle.TRANSPORT_PROTOCOL),
    ],
)
def test_whatCannotBeEncryptedAsOneSideWantsIsRefused(
    cryptos: tuple[str, ...], protocol: str, wanted: MediaEncryption, obstacle: Obstacle
) -> None:
    with pytest.raises(NoCommonMedia) as caught:
        answerOffer(sdp(*cryptos, protocol=protocol), PROFILE, local(wanted))
    assert caught.value.obstacle is obstacle
    if obstacle is Obstacle.ENCRYPTION:
        warning = '399 198.51.100.1 "no a=crypto that we can use for the audio"'
        assert caught.value.warning("198.51.100.1") == warning


@pytest.mark.parametrize("cryptos", [(), ("1 ODD inline:x",)])
def test_anOfferThatNeedNotBeEncryptedIsTakenInTheClear(cryptos: tuple[str, ...]) -> None:
    agreement = answerOffer(sdp(*cryptos), PROFILE, local(MediaEncryption.OPTIONAL))
    assert keysOf(agreement) is None
    assert lineOf(agreement.local).attribute("crypto") is None


def test_whereNothingIsEncryptedKeysAreNotLookedAt() -> None:
    assert keysOf(answerOffer(sdp(GOOD), PROFILE, local(MediaEncryption.OFF))) is None


@pytest.mark.parametrize(
    ("wanted", "protocol", "count"),
    [
        (MediaEncryption.OFF, "RTP/AVP", 0),
        (MediaEncryption.TAKEN, "RTP/AVP", 0),
        (MediaEncryption.OPTIONAL, "RTP/AVP", 4),
        (MediaEncryption.REQUIRED, "RTP/SAVP", 4),
    ],
)
def test_whatIsOffered(wanted: MediaEncryption, protocol: str, count: int) -> None:
    line = lineOf(makeOffer(PROFILE, local(wanted)))
    cryptos = cryptosOf(line)
    assert (line.protocol, len(cryptos)) == (protocol, count)
    assert len({each.key.octets for each in cryptos}) == count


def longOf(suite: CryptoSuite, more: str = "") -> str:
    return f"1 {suite.value} inline:{base64.b64encode(bytes(46)).decode()}{more}"


@pytest.mark.parametrize("suite", sorted(LONG, key=str))
def test_keysOf256BitsAreTakenWhereTheyCanBeUsed(suite: CryptoSuite) -> None:
    offer = sdp(longOf(suite), GOOD.replace("1 AES", "2 AES"), protocol="RTP/SAVP")
    keys = keysOf(answerOffer(offer, PROFILE, local()))
    assert isinstance(keys, StreamKeys)
    assert keys.theirs == MasterKey(suite, bytes(46))
    assert (keys.ours.suite, len(keys.ours.octets)) == (suite, 46)


def test_whatCannotBeUsedIsPassedOver() -> None:
    offer = sdp(*map(longOf, sorted(LONG, key=str)), GOOD.replace("1 AES", "3 AES"))
    keys = keysOf(answerOffer(offer, PROFILE, local(suites=EVERY - LONG)))
    assert isinstance(keys, StreamKeys)
    assert keys.theirs == KEY


def test_whoOffersNothingThatCanBeUsedIsRefused() -> None:
    offer = sdp(longOf(CryptoSuite.AES_256_CM_80), protocol="RTP/SAVP")
    with pytest.raises(NoCommonMedia) as caught:
        answerOffer(offer, PROFILE, local(suites=EVERY - LONG))
    assert caught.value.obstacle is Obstacle.ENCRYPTION


@pytest.mark.parametrize(
    ("more", "identifier"),
    [
        ("|2^31|1:1", b"\1"),
        ("|2^20|1:4", b"\0\0\0\1"),
        ("|258:2", b"\1\2"),
        ("|0:1", b"\0"),
        ("|2^48|7:8 WSH=64", bytes(7) + b"\7"),
    ],
)
def test_aKeyMayHaveAnIdentifier(more: str, identifier: bytes) -> None:
    found = Crypto.parse(GOOD + more)
    assert found is not None
    assert found.key == replace(KEY, identifier=identifier)
    assert Crypto.parse(found.attribute[1] or "") == found


@pytest.mark.parametrize("more", ["|256:1", "|1:0", "|1:9", "|1:129", "|1", "|:1", "|1:", "|-1:1"])
def test_anIdentifierThatHasNoPlaceIsPassedOver(more: str) -> None:
    assert Crypto.parse(f"{GOOD}|2^31{more}") is None


def test_whoTellsKeysApartIsAnsweredWithAKeyThatHasAnIdentifierToo() -> None:
    answer = answerOffer(sdp(f"{GOOD}|2^31|1:1", protocol="RTP/SAVP"), PROFILE, local())
    keys = keysOf(answer)
    assert isinstance(keys, StreamKeys)
    assert (keys.ours.identifier, keys.theirs.identifier) == (b"\1", b"\1")
    assert (lineOf(answer.local).attribute("crypto") or "").endswith("|1:1")


def test_theKeyStaysWhereItsIdentifierChanges() -> None:
    first = answerOffer(sdp(f"{GOOD}|1:1", protocol="RTP/SAVP"), PROFILE, local())
    offer = sdp(f"{GOOD}|2:1", protocol="RTP/SAVP")
    second = answerOffer(offer, PROFILE, local(seed=2), first)
    before, after = keysOf(first), keysOf(second)
    assert isinstance(before, StreamKeys)
    assert isinstance(after, StreamKeys)
    assert after.ours == replace(before.ours, identifier=b"\2")


def test_whatCannotBeUsedIsNotOffered() -> None:
    offer = makeOffer(PROFILE, local(MediaEncryption.REQUIRED, suites=EVERY - LONG))
    assert [(each.tag, each.key.suite) for each in cryptosOf(lineOf(offer))] == [
        (1, CryptoSuite.AES_CM_80),
        (2, CryptoSuite.AES_CM_32),
        (3, CryptoSuite.AES_256_GCM),
    ]


def test_anAnswerMayTakeKeysOf256Bits() -> None:
    offer = makeOffer(PROFILE, local(MediaEncryption.REQUIRED))
    ours = cryptosOf(lineOf(offer))[-1]
    assert ours.key.suite is CryptoSuite.AES_256_CM_80
    line = longOf(ours.key.suite).replace("1 AES", f"{ours.tag} AES")
    agreement = applyAnswer(offer, sdp(line, protocol="RTP/SAVP"), PROFILE)
    assert keysOf(agreement) == StreamKeys(ours.key, MasterKey(ours.key.suite, bytes(46)))


def test_theAnswerSaysWhichKeysAreUsed() -> None:
    offer = makeOffer(PROFILE, local(MediaEncryption.REQUIRED))
    ours = cryptosOf(lineOf(offer))[0]
    agreement = applyAnswer(offer, sdp(GOOD, protocol="RTP/SAVP"), PROFILE)
    assert keysOf(agreement) == StreamKeys(ours.key, KEY)
    assert agreement.isEncrypted


def test_anAnswerMayDoWithoutWhereTheOfferMay() -> None:
    offer = makeOffer(PROFILE, local(MediaEncryption.OPTIONAL))
    agreement = applyAnswer(offer, sdp(), PROFILE)
    assert keysOf(agreement) is None
    assert not agreement.isEncrypted


@pytest.mark.parametrize(
    ("cryptos", "protocol"),
    [
        ((), "RTP/SAVP"),
        ((GOOD.replace("1 AES", "4 AES"),), "RTP/SAVP"),
        ((GOOD.replace("SHA1_80", "SHA1_32"),), "RTP/SAVP"),
        ((GOOD,), "RTP/AVP"),
    ],
)
def test_anAnswerOfAnotherKindIsNone(cryptos: tuple[str, ...], protocol: str) -> None:
    offer = makeOffer(PROFILE, local(MediaEncryption.REQUIRED))
    with pytest.raises(NoCommonMedia):
        applyAnswer(offer, sdp(*cryptos, protocol=protocol), PROFILE)


def test_keysStayWhereWeOfferAgain() -> None:
    first = applyAnswer(
        makeOffer(PROFILE, local(MediaEncryption.REQUIRED)), sdp(GOOD, protocol="RTP/SAVP"), PROFILE
    )
    again = makeOffer(PROFILE, local(MediaEncryption.REQUIRED, seed=2), first)
    assert again == first.local


def test_ourKeyStaysWhereThePeerOffersAgain() -> None:
    first = answerOffer(sdp(GOOD), PROFILE, local())
    other = base64.b64encode(bytes(30)).decode()
    again = answerOffer(sdp(GOOD.replace(TEXT, other)), PROFILE, local(seed=2), first)
    before, after = keysOf(first), keysOf(again)
    assert isinstance(before, StreamKeys)
    assert after == StreamKeys(before.ours, MasterKey(CryptoSuite.AES_CM_80, bytes(30)))


def test_anotherSuiteGetsAnotherKey() -> None:
    first = answerOffer(sdp(GOOD), PROFILE, local())
    offer = sdp(GOOD.replace("SHA1_80", "SHA1_32"))
    before, after = keysOf(first), keysOf(answerOffer(offer, PROFILE, local(seed=2), first))
    assert isinstance(before, StreamKeys)
    assert isinstance(after, StreamKeys)
    assert after.ours.octets != before.ours.octets


def test_whatWasAgreedInTheClearIsOfferedAgainInTheClear() -> None:
    first = applyAnswer(makeOffer(PROFILE, local(MediaEncryption.OPTIONAL)), sdp(), PROFILE)
    clear = answerOffer(sdp(), PROFILE, local())
    assert cryptosOf(lineOf(makeOffer(PROFILE, local(MediaEncryption.OPTIONAL), clear))) == []
    assert cryptosOf(lineOf(makeOffer(PROFILE, local(MediaEncryption.OPTIONAL), first)))


def test_nothingThatIsShownHasAKeyInIt() -> None:
    agreement = answerOffer(sdp(GOOD), PROFILE, local())
    assert TEXT not in repr(agreement)
    assert "crypto" not in repr(agreement)
    assert repr(OCTETS)[2:-1] not in repr(agreement)
