"""
The look-ups with several answers.
"""

from __future__ import annotations

import pytest

from h323d.gatekeeper.registry.indexes import NameIndex, PrefixIndex
from h323d.values.address import AddressKind, PartyAddress

SALES = PartyAddress(AddressKind.H323_ID, "sales")


class Counting(str):
    """
    A number that counts how often a beginning of it is looked at.
    """

    looks = 0

    def __getitem__(self, key: object) -> str:
        Counting.looks += 1
        return str.__getitem__(self, key)  # type: ignore[index]


def test_whoAddsANameTwiceHasItOnce() -> None:
    names = NameIndex()
    names.add(SALES, "a")
    names.add(SALES, "a")
    assert tuple(names.all(SALES)) == ("a",)
    names.remove(SALES, "a")
    assert len(names) == 0
    assert names.first(SALES) is None


def test_aNameIsFoundWhateverItsKind() -> None:
    names = NameIndex()
    names.add(SALES, "a")
    names.add(PartyAddress(AddressKind.EMAIL, "sales"), "b")
    names.add(SALES, "c")
    assert sorted(names.allCalled("sales")) == ["a", "b", "c"]
    assert list(names.allCalled("purchases")) == []


def test_aNameCanBeRemovedFromTheMiddle() -> None:
    names = NameIndex()
    for each in ("a", "b", "c"):
        names.add(SALES, each)
    names.remove(SALES, "b")
    assert tuple(names.all(SALES)) == ("a", "c")
    names.remove(SALES, "c")
    assert tuple(names.all(SALES)) == ("a",)
    names.remove(SALES, "a")
    assert tuple(names.all(SALES)) == ()


def test_whoDoesNotHaveANameCannotLoseIt() -> None:
    with pytest.raises(KeyError):
        NameIndex().remove(SALES, "a")


def test_aPrefixIsFoundInAsManyStepsAsTheNumberHasDigits() -> None:
    prefixes = PrefixIndex()
    for number in range(10_000):
        prefixes.add(f"1{number:05}", "gateway")
    Counting.looks = 0
    assert tuple(prefixes.longest(Counting("200000000000"))) == ()
    assert Counting.looks == 12
