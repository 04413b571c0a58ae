"""
Where a 3xx sends us.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.call.complaints import Complaints
from h323d.call.dialrule import DialGuard, DialRule
from h323d.call.homes import homeAt
from h323d.call.ways import Way
from h323d.events.bus import EventBus
from h323d.sip.calls.redirection import MAX_CONTACTS, waysOf
from h323d.sip.messages.nameaddr import NameAddr
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

HERE, PHONE = "10.0.0.1", TransportAddress("10.0.0.3", 5060)
NUMBER = PartyAddress(AddressKind.DIALLED_DIGITS, "1003")


def url(text: str) -> PartyAddress:
    return PartyAddress(AddressKind.URL, text)


class Scene:
    """
    A phone that sends us elsewhere.
    """

    def __init__(self) -> None:
        self.homes = homeAt(HERE)
        self.complaints = Complaints(Clock(), EventBus())

    def ways(self, *contacts: str) -> tuple[Way, ...]:
        guard = DialGuard(DialRule(self.homes), self.complaints, PHONE)
        return waysOf([NameAddr.parse(each) for each in contacts], guard, self.homes)


def test_anAddressIsCalledAsItIsWrittenAndKnownByItsNumber() -> None:
    found = Scene().ways("<sip:1003@10.0.0.4:5062;transport=tcp?Subject=x>")
    whole = url("sip:1003@10.0.0.4:5062;transport=tcp")
    names = (whole, NUMBER, url("sip:1003@10.0.0.4:5062"))
    assert found == (Way("sip", TransportAddress("10.0.0.4", 5062), names, 0),)


@pytest.mark.parametrize("host", [HERE, "example.com"])
def test_whoIsAtOursOrAtANameIsKnownByNameAlone(host: str) -> None:
    found = Scene().ways(f"<sip:1003@{host}>")
    assert found == (Way("sip", None, (NUMBER, url(f"sip:1003@{host}")), 0),)


def test_aNumberIsANumber() -> None:
    (found,) = Scene().ways("<tel:+1-003>")
    assert (found.destination, found.called[0]) == (None, NUMBER)


def test_theBestIsFirstAndWhatIsNoPreferenceIsNone() -> None:
    found = Scene().ways(
        "<sip:a@10.0.0.4>;q=0.5", "<sip:b@10.0.0.4>", "<sip:c@10.0.0.4>;q=x", "<sip:d@10.0.0.4>;q=7"
    )
    assert [(way.called[0].value[4], way.rank) for way in found] == [
        ("b", 0),
        ("c", 0),
        ("a", 500),
        ("d", 1000),
    ]


def test_whatCannotBeCalledIsNoWay() -> None:
    assert Scene().ways("<mailto:a@example.com>") == ()


@pytest.mark.parametrize("contact", ["<sips:a@10.0.0.4>", "<sip:a@10.0.0.4;transport=tls>"])
def test_whoIsToBeCalledOverTLSIsAtItsPort(contact: str) -> None:
    (way,) = Scene().ways(contact)
    assert way.destination == TransportAddress("10.0.0.4", 5061)


def test_whereAPhoneMayNotHaveUsCallIsNoWayAndTold() -> None:
    scene = Scene()
    assert scene.ways("<sip:a@127.0.0.1>", "<sip:a@169.254.1.1>", "<sip:a@224.0.0.1>") == ()
    assert scene.complaints.count == 3


def test_ofManyContactsTheBestAreTaken() -> None:
    found = Scene().ways(*(f"<sip:{number}@10.0.0.4>" for number in range(30)))
    assert len(found) == MAX_CONTACTS
