"""
How much media a data type announces.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.asn1 import h245
from h323d.gatekeeper.routed.rates import rateOf

GENERIC = {"capabilityIdentifier": ("standard", (0, 0, 8, 241, 0, 0, 1)), "maxBitRate": 7680}
NAMELESS = {"capabilityIdentifier": ("standard", (0, 0, 8, 241, 0, 0, 1))}
PRIVATE = {"nonStandardIdentifier": ("object", (1, 2, 3)), "data": b"x"}
ULAW = ("audioData", ("g711Ulaw64k", 20))
H261 = {
    "cifMPI": 1,
    "temporalSpatialTradeOffCapability": False,
    "maxBitRate": 3840,
    "stillImageTransmission": False,
    "videoBadMBsCap": False,
}
H262 = dict.fromkeys(
    (
        *("profileAndLevel-SPatML", "profileAndLevel-MPatLL", "profileAndLevel-MPatML"),
        *("profileAndLevel-MPatH-14", "profileAndLevel-MPatHL", "profileAndLevel-SNRatLL"),
        *("profileAndLevel-SNRatML", "profileAndLevel-SpatialatH-14", "profileAndLevel-HPatML"),
        *("profileAndLevel-HPatH-14", "profileAndLevel-HPatHL", "videoBadMBsCap"),
    ),
    False,
)
MP3: dict[str, Any] = dict.fromkeys(
    (
        *("audioLayer1", "audioLayer2", "audioLayer3", "audioSampling32k", "audioSampling44k1"),
        *("audioSampling48k", "singleChannel", "twoChannels"),
    ),
    True,
)
FAX = {"application": ("t120", ("separateLANStack", None)), "maxBitRate": 640}


@pytest.mark.parametrize(
    ("dataType", "rate"),
    [
        (ULAW, 640),
        (("audioData", ("g722-48k", 20)), 480),
        (("audioData", ("g729AnnexA", 2)), 80),
        (("audioData", ("g7231", {"maxAl-sduAudioFrames": 1, "silenceSuppression": False})), 63),
        (("audioData", ("genericAudioCapability", GENERIC)), 7680),
        (("audioData", ("genericAudioCapability", NAMELESS)), None),
        (("audioData", ("is11172AudioCapability", MP3 | {"bitRate": 128})), 1280),
        (("audioData", ("vbd", {"type": ("g711Alaw64k", 20)})), 640),
        (("audioData", ("nonStandard", PRIVATE)), None),
        (("videoData", ("h261VideoCapability", H261)), 3840),
        (("videoData", ("h262VideoCapability", H262 | {"videoBitRate": 1000})), 4000),
        (("videoData", ("h262VideoCapability", H262)), None),
        (("videoData", ("genericVideoCapability", GENERIC)), 7680),
        (("videoData", ("genericVideoCapability", GENERIC | {"maxBitRate": 4294967295})), None),
        (
            (
                "videoData",
                (
                    "extendedVideoCapability",
                    {"videoCapability": [("genericVideoCapability", GENERIC)]},
                ),
            ),
            7680,
        ),
        (("videoData", ("nonStandard", PRIVATE)), None),
        (("nullData", None), 0),
        (("data", FAX), 0),
        (
            (
                "multiplePayloadStream",
                {
                    "elements": [
                        {"dataType": ULAW},
                        {"dataType": ("audioData", ("g729", 2))},
                    ]
                },
            ),
            640,
        ),
        (
            (
                "redundancyEncoding",
                {
                    "redundancyEncodingMethod": ("rtpAudioRedundancyEncoding", None),
                    "rtpRedundancyEncoding": {
                        "primary": {"dataType": ULAW},
                        "secondary": [{"dataType": ("audioData", ("g729", 2))}],
                    },
                },
            ),
            720,
        ),
        (
            (
                "redundancyEncoding",
                {"redundancyEncodingMethod": ("rtpAudioRedundancyEncoding", None)},
            ),
            None,
        ),
        (("nonStandard", PRIVATE), None),
        (("_ext_40", b"\x00"), None),
    ],
)
def test_aChannelIsCountedByWhatItCarries(dataType: Any, rate: int | None) -> None:
    octets = h245.encode("DataType", dataType) if dataType[0][0] != "_" else None
    assert rateOf(dataType if octets is None else h245.decode("DataType", octets)) == rate


def test_mediaThatIsEncryptedIsCountedAsWhatItIs() -> None:
    media = {"encryptionAuthenticationAndIntegrity": {}, "mediaType": ULAW}
    octets = h245.encode("DataType", ("h235Media", media))
    assert rateOf(h245.decode("DataType", octets)) == 640
