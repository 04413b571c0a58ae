"""
The books of bandwidth and seats.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from h323d.guard.ledger import Call, Ledger

ANNA, BERT = Call("anna", "1"), Call("bert", "1")
SECOND = Call("anna", "2")


def test_whatIsReservedIsHeldUntilItEnds() -> None:
    ledger = Ledger()
    lease = ledger.reserve(ANNA, 100, "room")
    ledger.reserve(SECOND, 20)
    assert (ledger.held("anna"), ledger.held("bert"), ledger.pooled) == (120, 0, 120)
    assert ledger.seated("room") == 1
    ledger.end(lease)
    assert (ledger.held("anna"), ledger.seated("room")) == (20, 0)


def test_theSameCallAgainReplacesWhatItHad() -> None:
    ledger = Ledger()
    first = ledger.reserve(ANNA, 100)
    ledger.reserve(ANNA, 150, "room")
    assert (ledger.held("anna"), len(ledger)) == (150, 1)
    ledger.end(first)
    assert (ledger.held("anna"), ledger.seated("room")) == (150, 1)


def test_twoGuardiansWhoNameACallAlikeHaveTwo() -> None:
    ledger = Ledger()
    ledger.reserve(ANNA, 100)
    ledger.reserve(BERT, 100)
    assert ledger.pooled == 200


def test_aLeaseIsResizedAndStaysTheSame() -> None:
    ledger = Ledger()
    lease = ledger.reserve(ANNA, 100, "room")
    assert ledger.resize(ANNA, 300)
    assert not ledger.resize(BERT, 300)
    assert (ledger.held("anna"), ledger.seated("room")) == (300, 1)
    ledger.end(lease)
    assert (ledger.held("anna"), ledger.pooled, len(ledger)) == (0, 0, 0)


def test_aLeaseEndsOnce() -> None:
    ledger = Ledger()
    lease = ledger.reserve(ANNA, 100)
    ledger.end(lease)
    again = ledger.reserve(ANNA, 50)
    ledger.end(lease)
    assert ledger.of(ANNA) == again


CALLS = st.builds(Call, st.sampled_from("ab"), st.sampled_from("12"))
STEPS = st.tuples(st.sampled_from(["reserve", "resize", "end"]), CALLS, st.integers(0, 99))


@given(st.lists(STEPS))
def test_theBooksAreRightWhateverHappens(steps: list[tuple[str, Call, int]]) -> None:
    ledger = Ledger()
    for step, call, amount in steps:
        lease = ledger.of(call)
        if step == "reserve":
            ledger.reserve(call, amount, "room")
        elif step == "resize":
            ledger.resize(call, amount)
        elif lease is not None:
            ledger.end(lease)
    leases = [ledger.of(Call(who, what)) for who in "ab" for what in "12"]
    left = [each for each in leases if each is not None]
    assert ledger.pooled == sum(each.bandwidth for each in left)
    assert ledger.held("a") == sum(each.bandwidth for each in left if each.call.terminalId == "a")
    assert ledger.seated("room") == len(ledger) == len(left)
