"""
What codecs delay by themselves.
"""

from __future__ import annotations

import pytest

from h323d.dsp.g711 import PCMU
from h323d.dsp.l16 import L16
from h323d.dsp.provisions import Provision, provisions
from h323d.rehearse.calibration import codecDelay
from h323d.rehearse.marker import PARAMETRIC_ACCURACY

KNOWN = {  # ms, of look-ahead and filters, by the codecs' own standards
    "PCMU": 0.0,
    "PCMA": 0.0,
    "L16": 0.0,
    "G722": 1.4,
    "opus": 6.5,
    "G729": 5.0,
    "G726-32": 0.0,
    "AAL2-G726-32": 0.0,
    "GSM": 0.0,
    "AMR": 5.0,
    "G723": 7.5,
}


def test_whatHasNoMemoryDelaysNothing() -> None:
    assert codecDelay(PCMU) == pytest.approx(0.0, abs=1e-9)
    assert codecDelay(L16) == pytest.approx(0.0, abs=0.0002)


@pytest.mark.parametrize("provision", provisions(), ids=lambda each: str(each.format))
def test_whatLooksAheadDelaysByThat(provision: Provision) -> None:
    if provision.codec is None:
        pytest.skip(provision.missing)
    name = provision.format.name
    if name not in KNOWN:
        pytest.skip(f"no standard says how much {name} delays")
    delay = 1000 * codecDelay(provision.codec)
    assert delay == pytest.approx(KNOWN[name], abs=1000 * PARAMETRIC_ACCURACY / 4)
