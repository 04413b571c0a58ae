"""
Where parties are, for whoever calls on.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from twisted.internet.defer import Deferred
from zope.interface.verify import verifyObject

from h323d.call.applications import Reason, Refusal
from h323d.call.policy import IFinder
from h323d.call.ways import Way
from h323d.gatekeeper.registry.registrations import Contact
from h323d.gatekeeper.routing.chain import Finding, FoundWay, RoutingChain
from h323d.gatekeeper.routing.finder import Finder
from h323d.gatekeeper.routing.local import RegisteredEndpoints
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from tests.gatekeeper.routing.test_chain import Says
from tests.support.registrations import Table, endpoint

CALLING = (partyFromText("1000"),)
HERE = TransportAddress("10.0.0.1", 1720)
THERE = (FoundWay("h323", TransportAddress("192.0.2.9", 1720)),)
CONTACT, OTHER = "sip:anna@10.1.0.2", "sip:anna@10.1.0.2:5062"
URI = PartyAddress(AddressKind.URL, "sip:anna@10.0.0.1")

ATPHONE = Way("sip", TransportAddress("10.1.0.2", 1720), (URI,), 0, CONTACT)


def finder(answer: Finding | Deferred[Finding] = None) -> tuple[Finder, Says]:
    """
    One whose chain knows one thing.
    """
    says = Says(answer)
    return Finder(RoutingChain((says,))), says


def test_aFinderFinds() -> None:
    assert verifyObject(IFinder, finder()[0])


@pytest.mark.parametrize("kind", [AddressKind.H323_ID, AddressKind.DIALLED_DIGITS])
def test_aSIPPhoneIsCalledByItsAddressOfRecordWhateverItIsAskedForAs(kind: AddressKind) -> None:
    registry = Table().registry
    anna = endpoint(1, "anna", contacts=(Contact(CONTACT),))
    registry.register(replace(anna, protocol="sip", aliases=(*anna.aliases, URI)))
    known = Finder(RoutingChain((RegisteredEndpoints(registry, HERE),)))
    assert known.find(CALLING, (PartyAddress(kind, "anna"),)) == (ATPHONE,)


@pytest.mark.parametrize("answer", [THERE, Refusal.of(Reason.NOT_PERMITTED, "never"), None])
def test_anybodyElseIsWhereTheRoutingChainSays(answer: Finding) -> None:
    known, says = finder(answer)
    bert = (partyFromText("bert"),)
    assert known.find(CALLING, bert) == answer
    assert (says.asked[0].names, says.asked[0].calling) == (bert, CALLING)


def test_whereAnotherGatekeeperIsAskedItSaysWhere() -> None:
    known, _ = finder((FoundWay("h323", HERE, parent="world"),))
    found = known.find(CALLING, (partyFromText("004930"),))
    assert found == (Way("h323", None, parent="world"),)


def test_whoHasToBeAskedForElsewhereIsWaitedFor() -> None:
    later: Deferred[Finding] = Deferred()
    known, _ = finder(later)
    found = known.find((), (partyFromText("carol"),))
    assert isinstance(found, Deferred)
    later.callback(THERE)
    results: list[object] = []
    found.addCallback(results.append)
    assert results == [THERE]


def test_aTrunkIsCalledItselfAndNotBehindUs() -> None:
    there = Way("sip", TransportAddress("192.0.2.7", 5060), (URI,), trunk="carrier")
    known, says = finder((FoundWay("h323", HERE, trunk="carrier", onward=there),))
    source = TransportAddress("10.0.0.9", 5060)
    assert known.find(CALLING, (partyFromText("0049"),), source) == (there,)
    assert says.asked[0].source == source


def test_aPhoneThatTheChainFindsByAnotherNameIsCalledItselfAndNotBehindUs() -> None:
    anna = replace(
        endpoint(1, "anna", contacts=(Contact(CONTACT),)), protocol="sip", aliases=(URI,)
    )
    behindUs = FoundWay("sip", HERE, rank=0, registration=anna)
    known, _ = finder((behindUs, *THERE))
    found = known.find((), (partyFromText("secretary"),))
    assert found == (ATPHONE, *THERE)


def test_theContactsOfAPhoneAreFoundWithTheirRanksAndAmongTheOtherPlaces() -> None:
    both = (TransportAddress("10.1.0.2", 5060), TransportAddress("10.1.0.2", 5062))
    anna = endpoint(1, signalling=both, contacts=(Contact(CONTACT), Contact(OTHER, 500)))
    phone = replace(anna, protocol="sip", aliases=(URI,))
    terminal = FoundWay("h323", TransportAddress("10.1.0.3", 1720), rank=0)
    known, _ = finder((FoundWay("sip", HERE, rank=0, registration=phone), terminal))
    assert known.find((), (partyFromText("anna"),)) == (
        Way("sip", both[0], (URI,), 0, CONTACT),
        terminal,
        Way("sip", both[1], (URI,), 500, OTHER),
    )


def test_ofTheWaysThatAUserAgentKeepsOpenTheFirstIsTaken() -> None:
    places = tuple(TransportAddress("10.1.0.2", port) for port in (5060, 5062, 5064))
    contacts = (Contact(CONTACT, 0, "<i>", 2), Contact(CONTACT, 0, "<i>", 1), Contact(OTHER))
    phone = replace(
        endpoint(1, signalling=places, contacts=contacts), protocol="sip", aliases=(URI,)
    )
    known, _ = finder((FoundWay("sip", HERE, registration=phone),))
    found = known.find((), (partyFromText("anna"),))
    assert isinstance(found, tuple)
    assert [way.destination for way in found] == [places[0], places[2]]


def test_aContactBehindProxiesIsCalledByThem() -> None:
    path = ("sip:10.1.0.9;lr", "sip:192.0.2.9;lr;ob")
    phone = replace(
        endpoint(1, contacts=(Contact(CONTACT, path=path),)), protocol="sip", aliases=(URI,)
    )
    known, _ = finder((FoundWay("sip", HERE, registration=phone),))
    assert known.find((), (partyFromText("anna"),)) == (replace(ATPHONE, path=path),)
