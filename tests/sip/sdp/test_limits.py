"""
The C{b=} lines.
"""

from __future__ import annotations

import pytest

from h323d.sip.sdp.description import MediaDescription
from h323d.sip.sdp.limits import Limits, limitOf

SOUND = MediaDescription("audio", 4000, "RTP/AVP", ("0",))


@pytest.mark.parametrize(
    ("limits", "bandwidth"),
    [((), 0), ((("AS", 80),), 64_000), ((("AS", 80), ("TIAS", 8000)), 8000), ((("AS", 10),), 0)],
)
def test_whatIsMeantForAllTransportsGoesBeforeTheSumWithHeaders(
    limits: Limits, bandwidth: int
) -> None:
    assert limitOf(limits, SOUND) == bandwidth
