"""
SIP messages as a log.
"""

from __future__ import annotations

import pytest

from h323d.cli.tracing.siplog import logOf, since
from h323d.operation.command import OperatorError

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("90s", NOW - 90),
        ("10m", NOW - 600),
        ("2h", NOW - 7200),
        ("1d", NOW - 86400),
        ("2027-01-15T08:00", NOW),
        ("2027-01-15T09:00+01:00", NOW),
    ],
)
def test_aTimeIsSaidAsItIsOrHowLongAgo(text: str, when: float) -> None:
    assert since(text, NOW) == when


@pytest.mark.parametrize("text", ["", "10", "yesterday", "-3m", "2027-13-01"])
def test_whatIsNoTimeIsAnErrorThatNamesIt(text: str) -> None:
    with pytest.raises(OperatorError, match=f"not {text}$"):
        since(text, NOW)


def test_aMessageStandsBelowItsTimeAndItsWay() -> None:
    row = {
        "at": NOW + 0.5,
        "source": "192.0.2.1:5060",
        "target": "192.0.2.2:5060",
        "transport": "UDP",
        "octets": b"BYE sip:b@h SIP/2.0\r\nSubject: \x1b[2J\xff\r\n\r\n".hex(),
    }
    assert logOf([row, row]) == 2 * (
        "-- 2027-01-15T08:00:00.500Z UDP 192.0.2.1:5060 > 192.0.2.2:5060\n"
        "BYE sip:b@h SIP/2.0\n"
        "Subject: \\x1b[2J\\xff\n"
        "\n"
    )
