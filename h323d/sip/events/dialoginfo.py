"""
Whether somebody is in a call, for those who subscribe to that: the package C{dialog} (RFC 4235),
which busy lamps are lit by.

Dialogs are told as the party itself has them, whatever protocol it speaks.  Who may see no more is
told how far each call has come; who could pick it up, with whom it is, and what names the party's
dialog with us, if it is SIP's.  The first document has all dialogs, as has the one after a refresh;
any other, those alone that have changed.
"""

from __future__ import annotations

from xml.etree import ElementTree

from h323d.call.homes import Homes
from h323d.call.legs import IOffer
from h323d.call.lines import LineCall, Lines, Sight
from h323d.sip.calls.parties import partiesOf
from h323d.sip.events.documents import shown, uriOfParty, written
from h323d.sip.events.packages import Watch, Watcher
from h323d.sip.messages.uri import SIPURI, URI
from h323d.values.identifiers import LegID

__all__ = ["DialogPackage"]

NAMESPACE = "urn:ietf:params:xml:ns:dialog-info"
_REFUSALS = {Sight.UNKNOWN: 404, Sight.FORBIDDEN: 403}


class DialogPackage:
    """
    Watches the calls of parties for their subscribers.
    """

    name = "dialog"
    contentType = "application/dialog-info+xml"
    pause = 1.0  # seconds (RFC 4235, 3.10)

    def __init__(self, lines: Lines, homes: Homes) -> None:
        """
        @param homes: at which parties are that have no address of their own.
        """
        self._lines = lines
        self._homes = homes

    def watch(self, resource: URI, subscriber: IOffer, watcher: Watcher) -> Watch | int:
        sight = self._lines.sightOf(partiesOf(resource), subscriber)
        if sight in _REFUSALS:
            return _REFUSALS[sight]
        host = self._homes.main.told
        return _DialogWatch(self._lines, watcher, resource, host, sight is Sight.WHOLE)


class _DialogWatch:
    """
    What one subscriber knows of one party.
    """

    def __init__(
        self, lines: Lines, watcher: Watcher, resource: URI, host: str, seesAll: bool
    ) -> None:
        self._lines = lines
        self._watcher = watcher
        self._names = partiesOf(resource)
        self._entity = str(
            resource.withoutParameters() if isinstance(resource, SIPURI) else resource
        )
        self._host = host
        self._seesAll = seesAll
        self._version = 0
        self._known: dict[LegID, LineCall] = {}
        lines.watch(self._names, self)

    def lineChanged(self) -> None:
        self._watcher.changed()

    def close(self) -> None:
        self._lines.unwatch(self)

    def state(self) -> bytes:
        self._known = self._present()
        root = self._root("full")
        for call in self._known.values():
            self._add(root, call, call.state.value)
        return written(root)

    def news(self) -> bytes:
        before, self._known = self._known, self._present()
        root = self._root("partial")
        for legId, call in self._known.items():
            if before.get(legId) != call:
                self._add(root, call, call.state.value)
        for legId, call in before.items():
            if legId not in self._known:
                self._add(root, call, "terminated")
        return written(root)

    def _present(self) -> dict[LegID, LineCall]:
        return {each.legId: each for each in self._lines.calls(self._names)}

    def _root(self, state: str) -> ElementTree.Element:
        version, self._version = self._version, self._version + 1
        return ElementTree.Element(
            "dialog-info", xmlns=NAMESPACE, version=str(version), state=state, entity=self._entity
        )

    def _add(self, root: ElementTree.Element, call: LineCall, state: str) -> None:
        direction = "initiator" if call.isInitiator else "recipient"
        dialog = ElementTree.SubElement(root, "dialog", id=call.legId)
        named = self._watcher.dialogOf(call.legId) if self._seesAll else None
        if named is not None:
            dialog.set("call-id", named.callId)
            dialog.set("local-tag", named.remoteTag or "")
            dialog.set("remote-tag", named.localTag)
        dialog.set("direction", direction)
        ElementTree.SubElement(dialog, "state").text = state
        if self._seesAll and call.others:
            remote = ElementTree.SubElement(dialog, "remote")
            uri = str(uriOfParty(call.others, self._host))
            identity = ElementTree.SubElement(remote, "identity")
            identity.set("display", shown(call.others[0].value))
            identity.text = uri
            ElementTree.SubElement(remote, "target", uri=uri)
