"""
What is told of who is in a conference.
"""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from h323d.call.homes import homeAt
from h323d.call.inquiry import Inquiry
from h323d.call.legs import IOffer
from h323d.call.watching import ConferenceWatcher, Member
from h323d.sip.dialogs.replaces import Replaces
from h323d.sip.events.conferenceinfo import NAMESPACE, ConferencePackage
from h323d.sip.events.packages import Watch
from h323d.sip.messages.uri import parseURI
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.identifiers import LegID

SOMEBODY = Inquiry("sip", TransportAddress("10.0.0.3", 5060), (), ())
ROOM = parseURI("sip:80001@10.0.0.1")
HOSTILE = '<a href="x">&]]>\x00\r\n'


def member(legId: str, name: str = "anna", display: str = "", isHeld: bool = False) -> Member:
    names = (PartyAddress(AddressKind.H323_ID, name),)
    return Member(LegID(legId), names, display, isHeld, False)


class Conferences:
    """
    One conference, and who watches it.
    """

    def __init__(self) -> None:
        self.present: list[Member] = []
        self.watchers: list[ConferenceWatcher] = []
        self.locked, self.open = False, True

    def mayWatch(self, names: tuple[PartyAddress, ...], subscriber: IOffer) -> bool:
        return self.open

    def watch(self, names: tuple[PartyAddress, ...], watcher: ConferenceWatcher) -> str | None:
        if not any(each.value == "80001" for each in names):
            return None
        self.watchers.append(watcher)
        return "80001"

    def unwatch(self, watcher: ConferenceWatcher) -> None:
        self.watchers.remove(watcher)

    def members(self, name: str) -> tuple[Member, ...]:
        assert name == "80001"
        return tuple(self.present)

    def isLocked(self, name: str) -> bool:
        assert name == "80001"
        return self.locked


class Scene:
    """
    Somebody who watches it.

    @ivar told: how often they heard that there is news.
    """

    def __init__(self) -> None:
        self.conferences = Conferences()
        self.package = ConferencePackage(self.conferences, homeAt("10.0.0.1"))
        self.told = 0

    def changed(self) -> None:
        self.told += 1

    def watch(self) -> Watch:
        watch = self.package.watch(ROOM, SOMEBODY, self)
        assert not isinstance(watch, int)
        return watch

    def dialogOf(self, legId: LegID) -> Replaces | None:
        raise AssertionError("a conference is asked for no dialogs")


@pytest.fixture
def scene() -> Scene:
    return Scene()


def read(body: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(body)


def users(root: ElementTree.Element) -> list[tuple[str | None, str | None]]:
    """
    Of each, the state and the name.
    """
    found = root.findall(f"{{{NAMESPACE}}}users/{{{NAMESPACE}}}user")
    return [(each.get("state"), each.findtext(f"{{{NAMESPACE}}}display-text")) for each in found]


def test_theFirstIsAllThatThereIs(scene: Scene) -> None:
    scene.conferences.present = [member("l1", display="Anna Lee"), member("l2", "bob", isHeld=True)]
    root = read(scene.watch().state())
    assert root.tag == f"{{{NAMESPACE}}}conference-info"
    assert (root.get("state"), root.get("version")) == ("full", "0")
    assert root.get("entity") == "sip:80001@10.0.0.1"
    assert users(root) == [("full", "Anna Lee"), ("full", "bob")]
    assert root.findtext(f".//{{{NAMESPACE}}}user-count") == "2"
    statuses = [each.text for each in root.findall(".//i:endpoint/i:status", {"i": NAMESPACE})]
    assert statuses == ["connected", "on-hold"]


def test_theNextIsWhatHasChanged(scene: Scene) -> None:
    anna, bob = member("l1"), member("l2", "bob")
    scene.conferences.present = [anna, bob]
    watch = scene.watch()
    watch.state()
    scene.conferences.present = [anna, member("l3", "carol")]
    (watcher,) = scene.conferences.watchers
    watcher.conferenceChanged()
    assert scene.told == 1
    root = read(watch.news())
    assert (root.get("state"), root.get("version")) == ("partial", "1")
    assert users(root) == [("full", "carol"), ("deleted", None)]
    assert read(watch.news()).get("version") == "2"
    assert users(read(watch.state())) == [("full", "anna"), ("full", "carol")]


def test_twoOfOneNameAreTwo(scene: Scene) -> None:
    scene.conferences.present = [member("l1"), member("l2")]
    found = read(scene.watch().state()).iter(f"{{{NAMESPACE}}}user")
    assert len({each.get("entity") for each in found}) == 2


def test_aNameThatIsMeantToBreakTheDocumentDoesNot(scene: Scene) -> None:
    scene.conferences.present = [member("l1", HOSTILE, HOSTILE * 100)]
    ((state, name),) = users(read(scene.watch().state()))
    assert state == "full"
    assert name is not None
    assert name.startswith('<a href="x">&]]>')
    assert len(name) <= 100


def test_anEmptyOneIsNotActive(scene: Scene) -> None:
    root = read(scene.watch().state())
    assert root.findtext(f".//{{{NAMESPACE}}}active") == "false"
    assert users(root) == []


def test_whatIsNoConferenceIsNotWatched(scene: Scene) -> None:
    assert scene.package.watch(parseURI("sip:anna@10.0.0.1"), SOMEBODY, scene) == 404


def test_whoWatchesNoMoreIsNotTold(scene: Scene) -> None:
    scene.watch().close()
    assert scene.conferences.watchers == []


def test_whoseSoundGoesWhichWayIsTold(scene: Scene) -> None:
    scene.conferences.present = [
        member("l1"),
        replace(member("l2"), isMuted=True),
        replace(member("l3", isHeld=True), isMuted=True),
    ]
    found = read(scene.watch().state()).findall(".//i:media/i:status", {"i": NAMESPACE})
    assert [each.text for each in found] == ["sendrecv", "recvonly", "inactive"]


def test_whoDecidesIsTold(scene: Scene) -> None:
    scene.conferences.present = [member("l1"), replace(member("l2"), isModerator=True)]
    users = read(scene.watch().state()).findall(".//i:user", {"i": NAMESPACE})
    roles = [each.findtext("i:roles/i:entry", None, {"i": NAMESPACE}) for each in users]
    assert roles == [None, "moderator"]


@pytest.mark.parametrize(("locked", "told"), [(False, "false"), (True, "true")])
def test_whetherItIsLockedIsTold(scene: Scene, locked: bool, told: str) -> None:
    scene.conferences.locked = locked
    watch = scene.watch()
    for body in (watch.state(), watch.news()):
        assert read(body).findtext(f".//{{{NAMESPACE}}}locked") == told


def test_whoMayNotKnowIsToldSo(scene: Scene) -> None:
    scene.conferences.open = False
    assert scene.package.watch(ROOM, SOMEBODY, scene) == 403
    assert scene.conferences.watchers == []
