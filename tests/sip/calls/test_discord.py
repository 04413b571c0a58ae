"""
What a refusal says of the formats that there would have been.
"""

from __future__ import annotations

import pytest

from h323d.sip.calls.discord import discordOf, warningOf
from h323d.sip.messages.headers import Headers
from h323d.sip.messages.message import SIPResponse

SDP = (
    b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
    b"m=audio 9 RTP/AVP 0 18 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)
SILENT = "they do not say what they have"


def refusal(*warnings: str, status: int = 488, body: bytes = b"") -> SIPResponse:
    return SIPResponse(status, "", Headers([("Warning", each) for each in warnings]), body)


@pytest.mark.parametrize(
    ("response", "told"),
    [
        (refusal('305 bob.example "we have GSM"'), "we have GSM"),
        (refusal('304 [2001:db8::1]:5060 "no"', '399 x "sorry"'), "no; sorry"),
        (refusal(body=SDP), "they have PCMU/8000 G729/8000"),
        (refusal(body=SDP.replace(b"audio 9", b"audio 0")), "they have PCMU/8000 G729/8000"),
        (refusal('305 x "no"', body=SDP, status=606), "no; they have PCMU/8000 G729/8000"),
        (refusal(), SILENT),
        (refusal("305", '305 x "no', body=b"\xff\x00"), SILENT),
        (refusal('305 x "no"', status=486), ""),
    ],
)
def test_itsWarningsAndItsDescriptionAreRead(response: SIPResponse, told: str) -> None:
    assert discordOf(response) == told


def test_whatIsSaidOnIsShortAndSafeToShow() -> None:
    assert warningOf('a "b"\r\nX: c\\', "192.0.2.1") == '305 192.0.2.1 "a ?b???X: c?"'
    assert len(warningOf("x" * 1000, "192.0.2.1")) < 330
    assert discordOf(refusal('305 x "\x07bell"')) == "?bell"
