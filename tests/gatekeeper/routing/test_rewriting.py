from __future__ import annotations

import pytest
from zope.interface.verify import verifyObject

from h323d.gatekeeper.routing.chain import Called, ICalledPolicy
from h323d.gatekeeper.routing.config import RewriteRule
from h323d.gatekeeper.routing.rewriting import NumberRewriting
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

RULES = (
    RewriteRule(prefix="0", to="49"),
    RewriteRule(prefix="00", to=""),
    RewriteRule(prefix="0800", to="0800"),
    RewriteRule(name="112", to="reception"),
    RewriteRule(name="hotline", to="1000"),
    RewriteRule(prefix="9", to="1"),
    RewriteRule(prefix="9", to="2", caller="10.9.0.0/16"),
)


def called(*names: PartyAddress, host: str = "10.1.0.1") -> Called:
    return Called(names, source=TransportAddress(host, 1719))


def rewritten(name: PartyAddress, host: str = "10.1.0.1") -> str:
    policy = NumberRewriting(RULES, ("Example.com",))
    found = policy.find(called(name, host=host))
    return name.value if found is None else found.names[0].value


def test_itIsAPolicy() -> None:
    assert verifyObject(ICalledPolicy, NumberRewriting((), ()))


@pytest.mark.parametrize(
    ("number", "result"),
    [
        ("03012", "493012"),
        ("004930", "4930"),
        ("08001", "08001"),
        ("112", "reception"),
        ("1121", "1121"),
        ("hotline", "1000"),
        ("00", "00"),
    ],
)
def test_theLongestRuleThatFitsIsTaken(number: str, result: str) -> None:
    assert rewritten(partyFromText(number)) == result


def test_aRuleForCertainCallersGoesBeforeOneForAll() -> None:
    assert rewritten(partyFromText("91"), "10.9.0.1") == "21"
    assert rewritten(partyFromText("91"), "10.1.0.1") == "11"


def test_aPartyNumberStaysOne() -> None:
    number = PartyAddress(AddressKind.PARTY_NUMBER, "03012")
    found = NumberRewriting(RULES, ()).find(called(number))
    assert found is not None
    assert found.names == (PartyAddress(AddressKind.PARTY_NUMBER, "493012"),)


@pytest.mark.parametrize(
    ("kind", "text", "result"),
    [
        (AddressKind.URL, "h323:anna@example.com", "anna"),
        (AddressKind.URL, "h323:anna@example.com;user=phone", "anna"),
        (AddressKind.EMAIL, "anna@EXAMPLE.com", "anna"),
        (AddressKind.H323_ID, "112@example.com", "reception"),
        (AddressKind.URL, "h323:anna@example.net", "h323:anna@example.net"),
        (AddressKind.URL, "h323:@example.com", "h323:@example.com"),
    ],
)
def test_ourOwnDomainIsTakenOff(kind: AddressKind, text: str, result: str) -> None:
    assert rewritten(PartyAddress(kind, text)) == result


def test_whatNoRuleFitsIsLeftAlone() -> None:
    assert NumberRewriting(RULES, ()).find(called(partyFromText("anna"))) is None


def test_namesThatBecomeTheSameAreOne() -> None:
    found = NumberRewriting(RULES, ()).find(called(partyFromText("01"), partyFromText("491")))
    assert found is not None
    assert [name.value for name in found.names] == ["491"]
