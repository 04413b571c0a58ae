"""
Whose mailbox is whose, and what is known of it.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.call.homes import homeAt
from h323d.call.inquiry import Inquiry
from h323d.call.mailboxes import MailboxSight, MessageSummary
from h323d.gatekeeper.lines.mailboxes import PartyMailboxes
from h323d.gatekeeper.lines.names import PartyNames
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.gatekeeper.trunks.config import TrunkConfig
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from tests.support.zone import World

HOSTS = {"anna": "10.0.0.2", "bob": "10.0.0.3", "mail": "10.0.0.9", "mallory": "10.0.0.66"}
WAITING, NONE = MessageSummary(True), MessageSummary(False)


def party(name: str, kind: AddressKind = AddressKind.H323_ID) -> tuple[PartyAddress, ...]:
    return (PartyAddress(kind, name),)


def offer(name: str) -> Inquiry:
    return Inquiry("h323", TransportAddress(HOSTS[name], 40000), party(name), ())


@pytest.fixture
def makeBoxes(makeWorld: Any) -> Any:
    """
    Anna and Bob are registered; there is a trunk.
    """

    def make(voiceMail: bool) -> PartyMailboxes:
        trunk = TrunkConfig("mail", HOSTS["mail"], voiceMail=voiceMail, checkInterval=0)
        world: World = makeWorld(RoutingConfig(trunks=(trunk,)))
        world.registered(HOSTS["anna"], ("h323-ID", "anna"), ("dialledDigits", "1001"))
        world.registered(HOSTS["bob"], ("h323-ID", "bob"))
        zone = world.zone
        names = PartyNames(zone.registry, zone.users, homeAt("10.0.0.1"), ())
        return PartyMailboxes(names, zone.callers, zone.trunks)

    return make


def test_everybodySeesTheirOwn(makeBoxes: Any) -> None:
    boxes = makeBoxes(True)
    assert boxes.sightOf(party("anna"), offer("anna")) is MailboxSight.OWN
    assert boxes.sightOf(party("anna"), offer("bob")) is MailboxSight.FORBIDDEN
    assert boxes.sightOf(party("dave"), offer("bob")) is MailboxSight.UNKNOWN
    assert boxes.sightOf(party("dave"), offer("mallory")) is MailboxSight.FORBIDDEN


def test_withoutAVoiceMailServerNobodyHasMessages(makeBoxes: Any) -> None:
    boxes = makeBoxes(False)
    assert not boxes.mayTell(offer("mail"))
    assert boxes.summary(party("anna")) == NONE


def test_withOneNothingIsKnownBeforeItHasSaidIt(makeBoxes: Any) -> None:
    boxes = makeBoxes(True)
    assert boxes.mayTell(offer("mail"))
    assert not boxes.mayTell(offer("anna"))
    assert boxes.summary(party("anna")) is None
    assert boxes.tell(party("anna"), WAITING)
    assert boxes.summary(party("1001", AddressKind.DIALLED_DIGITS)) == WAITING
    assert boxes.summary(party("bob")) is None
    assert not boxes.tell(party("dave"), WAITING)


def test_whoWatchesIsToldOfWhatIsSaidOfTheirs(makeBoxes: Any) -> None:
    boxes = makeBoxes(True)
    told: list[MessageSummary | None] = []

    class Watcher:
        def mailboxChanged(self) -> None:
            told.append(boxes.summary(party("anna")))

    watcher = Watcher()
    boxes.watch(party("anna"), watcher)
    boxes.tell(party("anna"), WAITING)
    boxes.tell(party("bob"), NONE)
    assert told == [WAITING]
    boxes.unwatch(watcher)
    boxes.tell(party("anna"), NONE)
    assert told == [WAITING]
