"""
Keys that take effect in a running server, and those that do not.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.values.live import Live, inForce, liveKeys


@dataclass(frozen=True, slots=True)
class Section:
    """
    One of each.
    """

    port: int = 1720
    limit: Live[int] = 5
    names: Live[tuple[str, ...]] = ()


def test_aKeySaysWhetherItIsLive() -> None:
    assert liveKeys(Section) == {"limit", "names"}


def test_whatIsLiveIsTakenAndTheRestWaits() -> None:
    changed = Section(port=1, limit=6, names=("a",))
    assert inForce(Section(), changed) == Section(1720, 6, ("a",))
