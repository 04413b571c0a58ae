"""
What guardians have, and whether another registry would give it to them.
"""

from __future__ import annotations

import pytest
from zope.interface.verify import verifyObject

from h323d.call.applications import ILapsing
from h323d.call.lease import ILease
from h323d.guard.holdings import Holding, Holdings, Standing
from h323d.guard.ledger import Call
from h323d.guard.registry.guardian import ProofForm
from tests.support.guardians import entry, publicKey, registry

ANNA = Call("if://guardian/anna", "c1")
KEY = publicKey("anna").raw


def given(holdings: Holdings, name: str = "leg", call: Call = ANNA) -> Holding:
    return holdings.give(call, 100, ProofForm.ED25519, KEY, name)


def test_aHoldingIsALease() -> None:
    verifyObject(ILease, given(Holdings()))


def test_whatIsHeldLapsesWithTheRegistryThatGaveIt() -> None:
    holdings = Holdings(registry(entry("anna")))
    standing = Standing("if://guardian/anna", ProofForm.ED25519, KEY, holdings)
    held = given(holdings)
    for each in (held, standing):
        verifyObject(ILapsing, each)
        assert each.lapse() is None
    holdings.registry = registry(entry("bert"))
    assert [each.lapse() is None for each in (held, standing)] == [False, False]


def test_whoRegistersAgainHasProvenTheSame() -> None:
    holdings = Holdings()
    again = [Standing("if://guardian/anna", ProofForm.ED25519, KEY, holdings) for _ in range(2)]
    assert len(set(again)) == 1
    again[0].end()


def test_itIsThereUntilItEnds() -> None:
    holdings = Holdings()
    holding = given(holdings)
    assert holdings.of("leg") is holding
    holding.end()
    holding.end()
    assert (len(holdings), holdings.of("leg"), holdings.ledger.pooled) == (0, None, 0)


def test_aLegOutlivesTheAdmissionWhoseLeaseItTook() -> None:
    holdings = Holdings()
    admission, leg = given(holdings, "c1"), given(holdings, "leg")
    admission.end()
    assert list(holdings) == [leg]
    assert holdings.ledger.held("if://guardian/anna") == 100


def test_bothSidesOfACallThatGoesOnElsewhereAreKnown() -> None:
    holdings = Holdings()
    given(holdings, "c1")
    given(holdings, "c1", Call("if://guardian/bert", "c1"))
    assert [each.name for each in holdings] == ["c1", "c1"]


def test_ofACallTheLastThatWasGivenIsInForce() -> None:
    holdings = Holdings()
    admission, leg = given(holdings, "c1"), given(holdings, "leg")
    assert list(holdings.inForce()) == [leg]
    assert holdings.ofCall(ANNA) is leg
    holdings.ledger.resize(ANNA, 300)
    assert holdings.bandwidthOf(leg) == 300
    leg.end()
    assert (holdings.ofCall(ANNA), holdings.bandwidthOf(leg)) == (None, 0)
    assert list(holdings) == [admission]


def test_whatAConnectionHasProvenCountsWhileItsKeyIsListed() -> None:
    key = publicKey("anna").spki
    holding = Holdings().give(ANNA, 100, ProofForm.TLS, key, "leg")
    assert holding.counts(registry(entry("anna")))
    assert not holding.counts(registry(entry("anna", public_key=str(publicKey("later")))))


@pytest.mark.parametrize(
    ("other", "counts"),
    [
        (entry("anna", aliases="h323:anna"), True),
        (entry("bert"), False),
        (entry("anna", status="suspended"), False),
        (entry("anna", proof="tls"), False),
        (entry("anna", public_key=str(publicKey("later"))), False),
        (
            entry(
                "anna", public_key=str(publicKey("later")), next_public_key=str(publicKey("anna"))
            ),
            True,
        ),
    ],
)
def test_whetherItCountsByAnotherRegistry(other: str, counts: bool) -> None:
    assert given(Holdings()).counts(registry(other)) == counts


def test_whoIsInAGraveCallIsSoUntilItEnds() -> None:
    holdings = Holdings()
    held = given(holdings)
    assert not holdings.isGrave("if://guardian/anna")
    holdings.becomesGrave(held)
    assert holdings.isGrave("if://guardian/anna")
    assert not holdings.isGrave("if://guardian/bert")
    held.end()
    holdings.becomesGrave(held)  # too late
    assert not holdings.isGrave("if://guardian/anna")
