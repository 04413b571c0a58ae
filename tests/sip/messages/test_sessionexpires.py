"""
How long a session lasts unless it is refreshed, and by whom.
"""

from __future__ import annotations

import pytest

from h323d.errors import DecodeError
from h323d.sip.messages.sessionexpires import Refresher, SessionExpires


@pytest.mark.parametrize(
    ("text", "interval", "refresher"),
    [
        ("1800", 1800, None),
        ("0", 0, None),
        ("4294967295;refresher=uas", 4294967295, Refresher.UAS),
        ("90 ; Refresher = UAC", 90, Refresher.UAC),
        ("90;x;y=1;refresher=uac;z", 90, Refresher.UAC),
        ("90;x=refresher", 90, None),
    ],
)
def test_itIsSecondsAndPerhapsWhoRefreshes(
    text: str, interval: int, refresher: Refresher | None
) -> None:
    assert SessionExpires.parse(text) == SessionExpires(interval, refresher)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "-1",
        "4294967296",
        "00000000090",
        "90 s",
        "90, 90",
        "\u0661",
        "90;refresher",
        "90;refresher=proxy",
        ";refresher=uac",
    ],
)
def test_anythingElseIsRefused(text: str) -> None:
    with pytest.raises(DecodeError) as caught:
        SessionExpires.parse(text)
    assert caught.value.path == "Session-Expires"


@pytest.mark.parametrize("text", ["1800", "90;refresher=uac", "90;refresher=uas"])
def test_itIsWrittenAsItIsRead(text: str) -> None:
    assert str(SessionExpires.parse(text)) == text
