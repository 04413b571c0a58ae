"""
Each party is asked with its own figures.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from h323d.dsp.g711 import PCMU
from h323d.dsp.opus import OPUS
from h323d.rehearse.opinions import EModel, Opinion, withOpinions
from h323d.rehearse.results import Party
from h323d.values.media.formats import MediaFormat
from tests.support.rehearsedresults import results


class Model:
    """
    Knows PCMU.

    @ivar asked: with what.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[float, float]] = []

    def of(self, codec: str, delay: float, loss: float) -> Opinion | None:
        self.asked.append((delay, loss))
        return Opinion(4.12345, "telephone band") if codec == "PCMU" else None


def rated(party: Party) -> tuple[Party, Model]:
    model, whole = Model(), results()
    whole = replace(whole, parties=(party, *whole.parties[1:]))
    return withOpinions(whole, model).parties[0], model


UNKNOWN = replace(results().parties[0], mos=None)


def test_itIsByItsOwnLatencyAndLoss() -> None:
    party, model = rated(UNKNOWN)
    assert (party.mos, party.scale) == (4.123, "telephone band")
    reception = UNKNOWN.reception
    assert reception is not None
    delay, loss = model.asked[0]
    assert delay == pytest.approx(0.062, abs=0.002)
    assert loss == pytest.approx((reception.lost + 3) / 3000)


@pytest.mark.parametrize(
    "party",
    [
        replace(UNKNOWN, codecs=("CELT",)),
        replace(UNKNOWN, codecs=()),
        replace(UNKNOWN, reception=None),
        replace(UNKNOWN, number=99),
    ],
    ids=["codec", "codecs", "reception", "latency"],
)
def test_whereSomethingIsNotKnownThereIsNoOpinion(party: Party) -> None:
    assert rated(party)[0].mos is None


def test_theEModelRatesWhatPartiesSpeak() -> None:
    model = EModel([PCMU.format, OPUS, MediaFormat("CELT", 48000)])
    clean, lossy = model.of("PCMU/8000", 0.02, 0.0), model.of("PCMU", 0.02, 0.1)
    assert clean is not None
    assert lossy is not None
    assert clean.mos == pytest.approx(4.4, abs=0.05)
    assert lossy.mos < clean.mos - 0.5
    assert clean.scale == "narrowband"
    opus = model.of(str(OPUS), 0.02, 0.0)
    assert opus is not None
    assert opus.scale == "wideband, estimated"


@pytest.mark.parametrize("codec", ["CELT/48000", "G729", ""])
def test_ofWhatNothingIsKnownTheEModelHasNoOpinion(codec: str) -> None:
    assert EModel([PCMU.format, MediaFormat("CELT", 48000)]).of(codec, 0.02, 0.0) is None
