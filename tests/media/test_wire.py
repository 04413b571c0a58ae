"""
What is said by the door of a media process.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from h323d.call.lookups import LookupFailed, ServiceRecord
from h323d.call.media import MediaNetworks, Signalling
from h323d.call.relaying import Latching, RelayStatistics
from h323d.errors import DecodeError
from h323d.media.audio.survey import Survey
from h323d.media.config import MediaConfig
from h323d.media.positions import ShieldPosition, StreamPosition
from h323d.media.relay.reports import RelaysSurveyed
from h323d.media.relay.table import Aim
from h323d.media.reports import HandshakeHeard, Levels, Surveyed
from h323d.media.wire import MOST_OCTETS, decode, encode
from h323d.telling.primitives import ALL, NotAValue
from h323d.values.address import TransportAddress
from h323d.values.media.encryption import CryptoSuite, KeyAgreement, MasterKey, StreamKeys
from h323d.values.media.fingerprint import Fingerprint
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat
from h323d.values.networks import Networks

PEER = TransportAddress("2001:db8::1", 4000)
OPUS = MediaFormat("opus", 48000, 2, (("useinbandfec", "1"),))
KEYS = StreamKeys(
    MasterKey(CryptoSuite.AES_CM_80, bytes(range(30))),
    MasterKey(CryptoSuite.AES_CM_32, bytes(range(30, 60))),
)
STREAM = Stream(
    TransmitFormat(OPUS, 96, 20, PEER, None, 101, True), ReceiveFormat({96: OPUS}, 101), keys=KEYS
)
SHIELD = ShieldPosition(b"\x00\xff", 7, 70_000, 3, b"", 8, -1)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -1,
        2**63,
        math.inf,
        "ä\x00\ud800",
        b"\x00\xff",
        (1, ("two", b"3")),
        {1: (2,), "three": None},
        STREAM,
        Stream(keys=KeyAgreement(True, (Fingerprint("sha-256", b"digest"),), "id", True)),
        Signalling("192.0.2.1", True),
        MediaConfig(threads=2),
        Aim(PEER, None, Latching.ANY_HOST, Signalling("::1"), 2**32 - 1, 127),
        StreamPosition(1, 2, 3, 4.5, "name", 8, shields=(SHIELD, None)),
        Levels(3, {1: -20.5}),
        HandshakeHeard(1, b"\x16", None, False),
        RelaysSurveyed({4: (RelayStatistics(1, 2), RelayStatistics())}),
        Medium.SLIDES,
    ],
    ids=lambda value: type(value).__name__,
)
def test_whatIsSaidIsUnderstoodAsItIs(value: object) -> None:
    assert decode(encode((7, "name", value))) == (7, "name", value)


def test_networksAreThoseThatWereListed() -> None:
    networks = MediaNetworks(Networks(("10.0.0.0/8", "::1")))
    (said,) = decode(encode((networks,)))
    assert "10.1.2.3" in said.thirdParties
    assert "::1" in said.thirdParties
    assert "11.1.2.3" not in said.thirdParties
    assert not said.private


def test_aSurveyIsColumns() -> None:
    count, seconds, flag = np.array([2**40]), np.array([np.nan]), np.array([True])
    columns = [flag if name == "locked" else count for name in Survey.__dataclass_fields__]
    survey = Survey(*({5: 0}, *columns[1:-1], 1.5))  # type: ignore[arg-type] # of any type
    (said,) = decode(encode((Surveyed(survey, {"ports": 1}, {5: (SHIELD, None)}),)))
    assert said.shields == {5: (SHIELD, None)}
    assert said.survey.rows == {5: 0}
    assert said.survey.locked.dtype == bool
    assert said.survey.ssrc.tolist() == [2**40]
    assert np.isnan(decode(encode((seconds,)))[0][0])


def test_aNumberOfAColumnIsANumber() -> None:
    assert decode(encode((np.float64(0.5), np.int64(3)))) == (0.5, 3)


class Stranger:
    pass


WORD = ServiceRecord(1, 2, "host", 3, 4.5)


@pytest.mark.parametrize("value", [Stranger(), test_aNumberOfAColumnIsANumber, object, WORD])
def test_whatHasNoNameIsNotSaid(value: object) -> None:
    with pytest.raises(NotAValue):
        encode((value,))


def test_whatIsTooLongIsNotSaid() -> None:
    with pytest.raises(ValueError, match="octets"):
        encode(("x" * MOST_OCTETS,))


def test_whatIsOfAnotherVocabularyIsNotUnderstood() -> None:
    for each in (WORD, LookupFailed("silence")):
        with pytest.raises(DecodeError):
            decode(ALL.encode((each,)))


@pytest.mark.parametrize("octets", [b"", b"7\n", b'["list"]\n', b'["tuple"]', b"\xff"])
def test_whatNobodyWouldSayIsNotUnderstood(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        decode(octets)
