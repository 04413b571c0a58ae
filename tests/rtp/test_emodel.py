"""
The E-model, by the figures that the Recommendations give.
"""

from __future__ import annotations

import pytest

from h323d.rtp.emodel import DEFAULT_R, WIDEBAND_R, mos, narrowband, wideband

IDD = [(100, 0.0), (150, 0.16), (200, 3.04), (250, 8.92), (300, 14.76), (400, 24.07), (500, 30.64)]
"""
Idd of G.107, 7.4, reckoned by hand from its formula.
"""


def test_withAllAtItsDefaultsRIs93Point2AndMOS4Point41() -> None:
    assert round(DEFAULT_R, 1) == 93.2
    assert round(mos(DEFAULT_R), 2) == 4.41


@pytest.mark.parametrize(
    ("R", "score"), [(90, 4.34), (80, 4.03), (70, 3.60), (60, 3.10), (50, 2.58)]
)
def test_mosIsThatOfTheTableOfAnnexB(R: float, score: float) -> None:
    assert mos(R) == pytest.approx(score, abs=0.01)


@pytest.mark.parametrize(
    ("R", "score"), [(-20, 1.0), (0, 1.0), (100, 4.5), (120, 4.5), (0.5, 1.0), (5, 1.0)]
)
def test_mosKeepsWithinItsBounds(R: float, score: float) -> None:
    assert mos(R) == score


@pytest.mark.parametrize(("delay", "impairment"), IDD)
def test_delayWithoutEchoHarmsBeyond100Milliseconds(delay: float, impairment: float) -> None:
    assert narrowband(T=0.0, Tr=0.0) - narrowband(delay, T=0.0, Tr=0.0) == pytest.approx(
        impairment, abs=0.01
    )
    assert WIDEBAND_R - wideband(delay) == pytest.approx(impairment, abs=0.01)


def test_thereIsEchoBelow100MillisecondsToo() -> None:
    rising = [narrowband(delay) for delay in (0.0, 25.0, 50.0, 100.0, 150.0)]
    assert rising == sorted(rising, reverse=True)
    assert round(rising[-1], 1) == 89.5


def test_theDelayOfTheEchoIsThatOfTheWayUnlessItIsSaid() -> None:
    assert narrowband(150.0) == narrowband(150.0, T=150.0, Tr=300.0)
    assert narrowband(150.0, T=20.0) > narrowband(150.0)


@pytest.mark.parametrize(
    ("Ie", "Bpl", "Ppl", "BurstR", "impairment"),
    [
        (0, 25.1, 0, 1, 0.0),
        (0, 25.1, 2, 1, 7.01),  # 95 * 2 / 27.1
        (0, 4.3, 2, 1, 30.16),  # 95 * 2 / 6.3
        (11, 19.0, 0, 1, 11.0),
        (11, 19.0, 5, 1, 28.5),  # 11 + 84 * 5 / 24
        (11, 19.0, 5, 2, 30.53),  # 11 + 84 * 5 / 21.5
    ],
)
def test_lossHarmsAsTheCodecAndItsBurstsAllow(
    Ie: float, Bpl: float, Ppl: float, BurstR: float, impairment: float
) -> None:
    lossy = {"Ie": Ie, "Bpl": Bpl, "Ppl": Ppl, "BurstR": BurstR}
    assert DEFAULT_R - narrowband(**lossy) == pytest.approx(impairment, abs=0.01)
    assert WIDEBAND_R - wideband(**lossy) == pytest.approx(impairment, abs=0.01)


def test_theBestOfWidebandIsTheBestThereIs() -> None:
    assert mos(wideband(), WIDEBAND_R) == 4.5
    assert mos(wideband(Ie=13), WIDEBAND_R) == pytest.approx(4.34, abs=0.01)
