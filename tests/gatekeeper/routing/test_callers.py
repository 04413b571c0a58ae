from __future__ import annotations

import pytest

from h323d.gatekeeper.routing.callers import callersOf
from h323d.gatekeeper.routing.chain import Called
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import TransportAddress
from tests.support.registrations import endpoint

ANNA = endpoint(1, "anna")
CALL = Called((), caller=ANNA, source=ANNA.source)


@pytest.mark.parametrize("text", ["", "anna", "10.1.0.0/16", "10.1.0.2"])
def test_theseCallsAreMeant(text: str) -> None:
    assert callersOf(text).include(CALL)


@pytest.mark.parametrize("text", ["bert", "10.2.0.0/16", "2001:db8::/32"])
def test_theseCallsAreNotMeant(text: str) -> None:
    assert not callersOf(text).include(CALL)


def test_aNameThatIsOnlyClaimedDoesNotCount() -> None:
    claimed = (partyFromText("anna"),)
    assert not callersOf("anna").include(
        Called((), calling=claimed, source=TransportAddress("::1", 1))
    )


def test_whoseAddressIsUnknownIsInNoNetwork() -> None:
    assert not callersOf("0.0.0.0/0").include(Called(()))
