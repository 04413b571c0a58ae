"""
What becomes of packets in a bad network.
"""

from __future__ import annotations

import pytest

from h323d.rehearse.impairment import UNIMPAIRED, Flow, Impairment

PACKETS = 20_000
BAD = Impairment(0.5, 20.0, 5.0)


def arrivals(flow: Flow, count: int = PACKETS, period: float = 0.02) -> list[float | None]:
    return [flow.arrival(number * period) for number in range(count)]


def test_whereNothingIsWrongEachArrivesAtOnce() -> None:
    assert arrivals(Flow(UNIMPAIRED, 7, "a"), 3) == [0.0, 0.02, 0.04]


def test_asManyAreLostAsWasAskedFor() -> None:
    lost = arrivals(Flow(BAD, 7, "a")).count(None)
    assert lost / PACKETS == pytest.approx(0.005, abs=0.0015)
    assert set(arrivals(Flow(Impairment(100.0), 7, "a"))) == {None}


def test_eachTakesTheDelayAndWhatChanceAdds() -> None:
    came = arrivals(Flow(BAD, 7, "a"))
    taken = [at - number * 0.02 for number, at in enumerate(came) if at is not None]
    assert min(taken) == pytest.approx(0.020, abs=0.0005)
    assert max(taken) == pytest.approx(0.025, abs=0.0005)


def test_orderIsKept() -> None:
    came = arrivals(Flow(Impairment(1.0, 0.0, 200.0), 7, "a"), period=0.01)
    kept = [at for at in came if at is not None]
    assert kept == sorted(kept)


def test_theSameIsLostInEachRunWhateverOtherFlowsDo() -> None:
    alone = arrivals(Flow(BAD, 7, "a"), 2000)
    again, other = Flow(BAD, 7, "a"), Flow(BAD, 7, "b")
    mixed = [(again.arrival(number * 0.02), other.arrival(0.0))[0] for number in range(2000)]
    assert mixed == alone
    assert arrivals(Flow(BAD, 8, "a"), 2000) != alone
    assert arrivals(Flow(BAD, 7, "b"), 2000) != alone


@pytest.mark.parametrize(
    ("figures", "told"),
    [((-0.1, 0, 0), "loss"), ((101, 0, 0), "loss"), ((float("nan"), 0, 0), "loss"),
     ((0, -1, 0), "delay"), ((0, 0, 5001), "jitter")],
)  # fmt: skip
def test_impossibleFiguresAreRefused(figures: tuple[float, float, float], told: str) -> None:
    with pytest.raises(ValueError, match=f"^{told}: must be"):
        Impairment(*figures)


def test_itIsToldInWords() -> None:
    assert str(BAD) == "0.5 % loss, 20 ms delay, 5 ms jitter"
    assert str(UNIMPAIRED) == ""
