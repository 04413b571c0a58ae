"""
What is written to and from those who are in grave calls.
"""

from __future__ import annotations

import pytest

from h323d.call.texts import Written
from h323d.guard.gravechats import GraveChats
from h323d.guard.holdings import Holdings
from h323d.guard.ledger import Call
from h323d.guard.registry.guardian import ProofForm
from h323d.values.address import AddressKind, PartyAddress
from tests.support.guardians import entry, registry

ANNA, BERT, CARL = ((PartyAddress(AddressKind.H323_ID, name),) for name in ("anna", "bert", "carl"))
WRITTEN = Written("Anna 219-09-9998", "a@example.org", "card 4111 1111 1111 1111")


@pytest.fixture
def chats() -> GraveChats:
    """
    Anna is in a grave call.
    """
    entries = (entry(name, aliases=f"h323:{name}") for name in ("anna", "bert"))
    holdings = Holdings(registry(*entries))
    call = Call("if://guardian/anna", "c1")
    holdings.becomesGrave(holdings.give(call, 100, ProofForm.ED25519, b"", "leg"))
    return GraveChats(holdings)


@pytest.mark.parametrize("names", [(ANNA, BERT), (BERT, ANNA), (CARL, ANNA)])
def test_whatIsWrittenFromOrToThereHasNoPersonalData(
    chats: GraveChats, names: tuple[tuple[PartyAddress, ...], tuple[PartyAddress, ...]]
) -> None:
    assert chats.shown(*names, WRITTEN) == Written(
        "Anna [REDACTED:SSN]", "[REDACTED:EMAIL]", "card [REDACTED:CARD]"
    )


@pytest.mark.parametrize("names", [(BERT, BERT), (BERT, CARL), (CARL, CARL)])
def test_whatOthersWriteIsShownAsItIs(
    chats: GraveChats, names: tuple[tuple[PartyAddress, ...], tuple[PartyAddress, ...]]
) -> None:
    assert chats.shown(*names, WRITTEN) is None


def test_whatWasWrittenToOthersCompletesNothing(chats: GraveChats) -> None:
    half, other = Written("", "", "4111 1111"), Written("", "", "1111 1111")
    assert chats.shown(BERT, ANNA, half) == half
    chats.shown(BERT, BERT, half)
    assert chats.shown(BERT, ANNA, other) == other
