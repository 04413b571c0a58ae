"""
The C{b=} lines.
"""

from __future__ import annotations

import pytest

from h323d.sip.sdp.description import MediaDescription
from h323d.sip.sdp.limits import Limits, limitOf, limitsOf

SOUND = MediaDescription("audio", 4000, "RTP/AVP", ("0",))


@pytest.mark.parametrize(
    ("limits", "bandwidth"),
    [((), 0), ((("AS", 80),), 64_000), ((("AS", 80), ("TIAS", 8000)), 8000), ((("AS", 10),), 0)],
)
def test_whatIsMeantForAllTransportsGoesBeforeTheSumWithHeaders(
    limits: Limits, bandwidth: int
) -> None:
    assert limitOf(limits, SOUND) == bandwidth


@pytest.mark.parametrize(
    ("bandwidth", "limits"),
    [
        (64_000, (("TIAS", 64_000), ("AS", 80))),
        (64_999, (("TIAS", 64_999), ("AS", 80))),
        (0, (("TIAS", 0), ("AS", 0))),
    ],
)
def test_bothLinesAreTold(bandwidth: int, limits: Limits) -> None:
    assert limitsOf(bandwidth) == limits


@pytest.mark.parametrize("bandwidth", [0, 1, 999, 1000, 64_999, 1_500_000])
def test_neitherMeansMoreThanThat(bandwidth: int) -> None:
    tias, total = limitsOf(bandwidth)
    assert limitOf((tias,), SOUND) == bandwidth
    assert bandwidth - 1000 < limitOf((total,), SOUND) <= bandwidth
