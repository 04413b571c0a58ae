"""
Whether a server died while nobody followed is known to whoever begins next.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from h323d.house.lifesign import LifeSign


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "serving.json"


def begun(path: Path) -> LifeSign:
    sign = LifeSign(path)
    sign.begin()
    return sign


def test_whoEndsWellHasNotDied(path: Path) -> None:
    for _ in range(3):
        sign = begun(path)
        assert sign.deaths == 0
        sign.end()


def test_whoNeverEndedHasDied(path: Path) -> None:
    begun(path)
    begun(path)
    sign = begun(path)
    assert sign.deaths == 2
    sign.end()
    assert begun(path).deaths == 2


@pytest.mark.parametrize("text", ["", "{", "[]", '{"serving": 1, "deaths": 2}', "\udcff"])
def test_whatCannotBeReadIsADeath(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert begun(path).deaths == 1
    assert begun(path).deaths == 2


def test_aDiskThatTakesNothingHoldsNobodyUp(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("no directory")
    sign = begun(tmp_path / "state" / "serving.json")
    sign.end()
    assert sign.deaths == 1  # it cannot be read either
