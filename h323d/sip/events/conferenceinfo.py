"""
Who is in a conference, for those who subscribe to that: the package C{conference} (RFC 4575).

The first document has all that there is to know, as has the one after a refresh; any other has the
users alone who came, changed or left.  Names are what parties call themselves, and so escaped.
"""

from __future__ import annotations

from xml.etree import ElementTree

from h323d.call.homes import Homes
from h323d.call.legs import IOffer
from h323d.call.watching import Conferences, Member
from h323d.sip.calls.parties import partiesOf
from h323d.sip.events.documents import shown, uriOfParty, written
from h323d.sip.events.packages import Watch, Watcher
from h323d.sip.messages.uri import SIPURI, URI
from h323d.values.identifiers import LegID

__all__ = ["ConferencePackage"]

NAMESPACE = "urn:ietf:params:xml:ns:conference-info"


class ConferencePackage:
    """
    Watches conferences for their subscribers.
    """

    name = "conference"
    contentType = "application/conference-info+xml"
    pause = 1.0  # seconds

    def __init__(self, conferences: Conferences, homes: Homes) -> None:
        """
        @param homes: at which the conferences are.
        """
        self._conferences = conferences
        self._homes = homes

    def watch(self, resource: URI, subscriber: IOffer, watcher: Watcher) -> Watch | int:
        if not self._conferences.mayWatch(partiesOf(resource), subscriber):
            return 403
        watch = _ConferenceWatch(self._conferences, watcher, self._homes.main.told)
        return watch if watch.begin(resource) else 404


class _ConferenceWatch:
    """
    What one subscriber knows of one conference.
    """

    def __init__(self, conferences: Conferences, watcher: Watcher, host: str) -> None:
        self._conferences = conferences
        self._watcher = watcher
        self._host = host
        self._name = ""
        self._version = 0
        self._known: dict[LegID, Member] = {}

    def begin(self, resource: URI) -> bool:
        """
        @return: whether there is such a conference.
        """
        name = self._conferences.watch(partiesOf(resource), self)
        self._name = name or ""
        return name is not None

    def conferenceChanged(self) -> None:
        self._watcher.changed()

    def close(self) -> None:
        self._conferences.unwatch(self)

    def state(self) -> bytes:
        self._known = self._present()
        root = self._root("full")
        description = ElementTree.SubElement(root, "conference-description")
        ElementTree.SubElement(description, "display-text").text = shown(self._name)
        self._addState(root)
        users = ElementTree.SubElement(root, "users", state="full")
        for member in self._known.values():
            self._add(users, member)
        return written(root)

    def news(self) -> bytes:
        before, self._known = self._known, self._present()
        root = self._root("partial")
        self._addState(root)
        users = ElementTree.SubElement(root, "users", state="partial")
        for legId, member in self._known.items():
            if before.get(legId) != member:
                self._add(users, member)
        for legId, member in before.items():
            if legId not in self._known:
                ElementTree.SubElement(users, "user", entity=self._entity(member), state="deleted")
        return written(root)

    def _present(self) -> dict[LegID, Member]:
        return {each.legId: each for each in self._conferences.members(self._name)}

    def _root(self, state: str) -> ElementTree.Element:
        entity = str(SIPURI(self._host, self._name))
        version, self._version = self._version, self._version + 1
        return ElementTree.Element(
            "conference-info", xmlns=NAMESPACE, entity=entity, state=state, version=str(version)
        )

    def _addState(self, root: ElementTree.Element) -> None:
        state = ElementTree.SubElement(root, "conference-state")
        ElementTree.SubElement(state, "user-count").text = str(len(self._known))
        ElementTree.SubElement(state, "active").text = _boolean(bool(self._known))
        locked = self._conferences.isLocked(self._name)
        ElementTree.SubElement(state, "locked").text = _boolean(locked)

    def _add(self, users: ElementTree.Element, member: Member) -> None:
        entity = self._entity(member)
        user = ElementTree.SubElement(users, "user", entity=entity, state="full")
        name = member.displayName or (member.names[0].value if member.names else "")
        ElementTree.SubElement(user, "display-text").text = shown(name)
        if member.isModerator:
            roles = ElementTree.SubElement(user, "roles")
            ElementTree.SubElement(roles, "entry").text = "moderator"
        endpoint = ElementTree.SubElement(user, "endpoint", entity=f"{entity};gr={member.legId}")
        status = ElementTree.SubElement(endpoint, "status")
        status.text = "on-hold" if member.isHeld else "connected"
        joining = ElementTree.SubElement(endpoint, "joining-method")
        joining.text = "dialed-out" if member.isInvited else "dialed-in"
        sound = ElementTree.SubElement(endpoint, "media", id="1")
        ElementTree.SubElement(sound, "type").text = "audio"
        ElementTree.SubElement(sound, "status").text = _wayOf(member)

    def _entity(self, member: Member) -> str:
        """
        A URI that is the user's alone: two may have one name.
        """
        return str(uriOfParty(member.names, self._host).withParameter("leg", member.legId))


def _wayOf(member: Member) -> str:
    """
    Which ways its sound goes between it and the others, as the member has it (RFC 4575, 5.8.5).
    """
    if member.isHeld:
        return "inactive"
    return "recvonly" if member.isMuted else "sendrecv"


def _boolean(value: bool) -> str:
    return "true" if value else "false"
