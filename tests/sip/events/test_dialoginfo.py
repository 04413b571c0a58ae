"""
What is told of whether somebody is in a call.
"""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from h323d.call.homes import homeAt
from h323d.call.inquiry import Inquiry
from h323d.call.legs import IOffer
from h323d.call.lines import LineCall, LineState, LineWatcher, Sight
from h323d.sip.dialogs.replaces import Replaces
from h323d.sip.events.dialoginfo import NAMESPACE, DialogPackage
from h323d.sip.events.packages import Watch
from h323d.sip.messages.uri import parseURI
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.identifiers import LegID

ANNA = parseURI("sip:anna@10.0.0.1;transport=tcp")
SOMEBODY = Inquiry("sip", TransportAddress("10.0.0.3", 5060), (), ())
BOB = (PartyAddress(AddressKind.H323_ID, "bob"),)
RINGING = LineCall(LegID("l1"), LineState.EARLY, False, BOB)
TALKING = LineCall(LegID("l1"), LineState.CONFIRMED, False, BOB)
CALLING = LineCall(LegID("l2"), LineState.TRYING, True, BOB)

Told = tuple[str | None, str | None, str | None]


class Scene:
    """
    A party, and somebody who watches it: the C{Lines}, and the subscription.

    @ivar told: how often they heard that there is news.
    """

    def __init__(self) -> None:
        self.sight = Sight.WHOLE
        self.present: tuple[LineCall, ...] = ()
        self.watchers: list[LineWatcher] = []
        self.package = DialogPackage(self, homeAt("10.0.0.1"))
        self.told = 0

    def sightOf(self, names: tuple[PartyAddress, ...], who: IOffer) -> Sight:
        assert who is SOMEBODY
        return self.sight

    def watch(self, names: tuple[PartyAddress, ...], watcher: LineWatcher) -> None:
        assert [each.value for each in names] == ["anna", "sip:anna@10.0.0.1"]
        self.watchers.append(watcher)

    def unwatch(self, watcher: LineWatcher) -> None:
        self.watchers.remove(watcher)

    def calls(self, names: tuple[PartyAddress, ...]) -> tuple[LineCall, ...]:
        return self.present

    def changed(self) -> None:
        self.told += 1

    def dialogOf(self, legId: LegID) -> Replaces | None:
        return Replaces("call@here", "ours", "theirs") if legId == "l1" else None

    def subscribed(self) -> Watch:
        watch = self.package.watch(ANNA, SOMEBODY, self)
        assert not isinstance(watch, int)
        return watch


@pytest.fixture
def scene() -> Scene:
    return Scene()


def read(body: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(body)


def dialogs(root: ElementTree.Element) -> list[Told]:
    """
    Of each, its name, its direction, and its state.
    """
    found = root.findall(f"{{{NAMESPACE}}}dialog")
    return [
        (each.get("id"), each.get("direction"), each.findtext(f"{{{NAMESPACE}}}state"))
        for each in found
    ]


def test_theFirstHasAllDialogs(scene: Scene) -> None:
    scene.present = (RINGING, CALLING)
    root = read(scene.subscribed().state())
    assert root.tag == f"{{{NAMESPACE}}}dialog-info"
    assert (root.get("state"), root.get("version")) == ("full", "0")
    assert root.get("entity") == "sip:anna@10.0.0.1"
    assert dialogs(root) == [("l1", "recipient", "early"), ("l2", "initiator", "trying")]


def test_theNextHasThoseThatHaveChanged(scene: Scene) -> None:
    scene.present = (RINGING, CALLING)
    watch = scene.subscribed()
    watch.state()
    scene.present = (TALKING, CALLING)
    scene.watchers[0].lineChanged()
    assert scene.told == 1
    root = read(watch.news())
    assert (root.get("state"), root.get("version")) == ("partial", "1")
    assert dialogs(root) == [("l1", "recipient", "confirmed")]
    scene.present = (CALLING,)
    assert dialogs(read(watch.news())) == [("l1", "recipient", "terminated")]
    assert dialogs(read(watch.news())) == []
    assert read(watch.state()).get("version") == "4"


def test_whoCouldPickItUpIsToldByWhatAndWithWhom(scene: Scene) -> None:
    scene.present = (RINGING,)
    (dialog,) = read(scene.subscribed().state())
    names = dialog.get("call-id"), dialog.get("local-tag"), dialog.get("remote-tag")
    assert names == ("call@here", "theirs", "ours")  # as the party has them
    assert dialog.findtext(f"{{{NAMESPACE}}}remote/{{{NAMESPACE}}}identity") == "sip:bob@10.0.0.1"
    target = dialog.find(f"{{{NAMESPACE}}}remote/{{{NAMESPACE}}}target")
    assert target is not None
    assert target.get("uri") == "sip:bob@10.0.0.1"


def test_whoMaySeeNoMoreIsToldHowFarItHasCome(scene: Scene) -> None:
    scene.sight = Sight.STATE
    scene.present = (RINGING,)
    (dialog,) = read(scene.subscribed().state())
    assert dialog.attrib == {"id": "l1", "direction": "recipient"}
    assert [each.tag for each in dialog] == [f"{{{NAMESPACE}}}state"]


@pytest.mark.parametrize(("sight", "status"), [(Sight.UNKNOWN, 404), (Sight.FORBIDDEN, 403)])
def test_whoMayNotSeeItIsRefused(scene: Scene, sight: Sight, status: int) -> None:
    scene.sight = sight
    assert scene.package.watch(ANNA, SOMEBODY, scene) == status
    assert scene.watchers == []


def test_whoWatchesNoMoreIsNotTold(scene: Scene) -> None:
    scene.subscribed().close()
    assert scene.watchers == []
