"""
What may pass from one party to another as it is.
"""

from __future__ import annotations

import pytest

from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.passing import isPassable, mayPass


def form(name: str, *parameters: tuple[str, str]) -> MediaFormat:
    return MediaFormat(name, parameters=parameters)


@pytest.mark.parametrize(
    ("sent", "wanted", "passes"),
    [
        (form("PCMU"), form("pcmu"), True),
        (form("PCMU"), form("PCMA"), False),
        (form("L16"), MediaFormat("L16", 16000), False),
        (form("opus"), MediaFormat("opus", channels=2), False),
        (form("iLBC", ("mode", "20")), form("iLBC", ("mode", "20")), True),
        (form("iLBC", ("mode", "20")), form("iLBC"), False),
        (form("iLBC", ("mode", "30")), form("iLBC"), True),
        (form("G7221", ("bitrate", "24000")), form("G7221", ("bitrate", "32000")), False),
        (form("AMR"), form("AMR", ("octet-align", "1")), False),
        (form("AMR"), form("AMR", ("crc", "0")), True),
        (form("AMR"), form("AMR", ("mode-set", "7")), False),
        (form("AMR"), form("AMR", ("max-red", "0"), ("mode-change-capability", "2")), True),
    ],
)
def test_theEncodingAndWhatItsParametersSayOfTheOctetsHaveToBeTheSame(
    sent: MediaFormat, wanted: MediaFormat, passes: bool
) -> None:
    assert mayPass(sent, wanted) is passes
    assert mayPass(wanted, sent) is passes


@pytest.mark.parametrize(("name", "parameter"), [("G729", "annexb"), ("G723", "annexa")])
def test_silenceDescriptorsPassOnlyToWhoTakesThem(name: str, parameter: str) -> None:
    unsaid, yes, no = form(name), form(name, (parameter, "yes")), form(name, (parameter, "no"))
    assert mayPass(no, unsaid)
    assert mayPass(no, yes)
    assert mayPass(yes, unsaid)
    assert mayPass(no, no)
    assert not mayPass(unsaid, no)
    assert not mayPass(yes, no)


def test_ofOpusOnlyTheLimitOfItsRateMatters() -> None:
    plain, wishing = form("opus"), form("opus", ("stereo", "1"), ("useinbandfec", "1"))
    limited = form("opus", ("maxaveragebitrate", "20000"))
    assert mayPass(plain, wishing)
    assert mayPass(wishing, plain)
    assert mayPass(limited, plain)
    assert mayPass(limited, limited)
    assert not mayPass(plain, limited)


@pytest.mark.parametrize(
    ("mediaFormat", "passable"),
    [
        (form("iLBC", ("mode", "20")), True),
        (MediaFormat("mpeg4-generic", 48000, 2), True),
        (MediaFormat("MP4A-LATM", 90000), True),
        (MediaFormat("L16", 44100, 2), False),
        (form("red", ("0/0", "")), False),
        (form("CN"), False),
        (form("telephone-event"), False),
        (form("X", ("config", "0" * 1000)), False),
        (MediaFormat("H264", 48000, kind=Medium.VIDEO), False),
    ],
)
def test_onlySoundPassesUnknownThatSpeaksOfNothingElse(
    mediaFormat: MediaFormat, passable: bool
) -> None:
    assert isPassable(mediaFormat) is passable


def test_silkIsTakenWhateverADecoderWouldRatherHave() -> None:
    assert mayPass(form("SILK"), form("SILK", ("useinbandfec", "1")))
