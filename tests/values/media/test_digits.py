"""
The keys of a telephone, as RFC 4733 events.
"""

from __future__ import annotations

import pytest

from h323d.values.media.digits import takesFlash


@pytest.mark.parametrize(
    ("events", "takes"),
    [
        ("0-16", True),
        ("0-15,16", True),
        ("0-15, 16-17 ,32", True),
        ("0-255", True),
        ("0-15", False),
        ("0-11,17", False),
        ("", False),  # the sixteen keys (RFC 4733, 2.4.1)
        ("16-0", False),
        ("-,x,999999,0-16-20", False),
    ],
)
def test_aHookFlashIsTakenWhereItIsListed(events: str, takes: bool) -> None:
    assert takesFlash(events) is takes
