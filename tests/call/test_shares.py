"""
What one source takes of a table.
"""

from __future__ import annotations

import pytest

from h323d.call.shares import UNSHARED, Shares, sourceOf


class Half:
    """
    Half of everything.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, int, int]] = []

    def mayHold(self, table: str, host: str, held: int, total: int) -> bool:
        self.asked.append((table, host, held, total))
        return held < total / 2


def test_theRuleIsAskedWithWhatASourceHas() -> None:
    rule = Half()
    shares = Shares(rule, "calls")
    for _ in range(2):
        assert shares.mayTake("192.0.2.1", 4)
        shares.take("192.0.2.1")
    assert not shares.mayTake("192.0.2.1", 4)
    assert shares.mayTake("192.0.2.2", 4)
    assert rule.asked[2:] == [("calls", "192.0.2.1", 2, 4), ("calls", "192.0.2.2", 0, 4)]


def test_aPlaceThatIsGivenBackCanBeTaken() -> None:
    shares = Shares(Half(), "calls")
    shares.take("192.0.2.1")
    assert not shares.mayTake("192.0.2.1", 2)
    assert shares.mayTake("192.0.2.1", 2, freed=1)
    shares.giveBack("192.0.2.1")
    assert shares.mayTake("192.0.2.1", 2)


def test_nothingIsKeptOfWhoHasNothing() -> None:
    shares = Shares(UNSHARED, "calls")
    for number in range(100):
        shares.take(f"192.0.2.{number}")
        shares.giveBack(f"192.0.2.{number}")
    assert len(shares) == 0
    with pytest.raises(KeyError):
        shares.giveBack("192.0.2.1")


def test_withoutARuleThereIsNoLimit() -> None:
    assert UNSHARED.mayHold("calls", "192.0.2.1", 10**6, 1)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:0:0:9", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_aNetworkOfIPv6IsOneSource(one: str, other: str, same: bool) -> None:
    assert (sourceOf(one) == sourceOf(other)) is same


def test_whoHasAPlaceIsKnownByItsNetwork() -> None:
    shares = Shares(UNSHARED, "calls")
    shares.take("2001:db8::1")
    assert shares.hasTaken("2001:db8::2")
    assert not shares.hasTaken("2001:db8:0:1::1")
    shares.giveBack("2001:db8::1")
    assert not shares.hasTaken("2001:db8::1")
