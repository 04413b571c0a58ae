"""
What is changed in a message on its way through us, and the few messages of our own.

A message goes on octet by octet as it came, with another call reference.  Where something
in its user-user element has to change, that element alone is decoded, changed and encoded;
fields that our schema does not know are kept.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from h323d.asn1 import h225
from h323d.call.applications import Priority
from h323d.call.callers import CallerName
from h323d.h323.calls.admission import AdmissionGrant
from h323d.h323.security.guarddata import GUARD_ID, withoutDeclarations
from h323d.h323.signalling import messages, uuie
from h323d.h323.signalling.addresses import (
    Choice,
    aliasesFromParties,
    transportToValue,
)
from h323d.h323.signalling.callpriority import withoutPriority
from h323d.h323.signalling.elements import encodeDisplay
from h323d.h323.signalling.q931 import (
    IE,
    USER_USER_DISCRIMINATOR,
    Element,
    MessageType,
    Q931Message,
)
from h323d.h323.signalling.uuie import CallIdentity, Content, Fields
from h323d.values.address import PartyAddress, TransportAddress

__all__ = [
    "OF_THE_CALLED",
    "Edit",
    "SetupChange",
    "START_BODIES",
    "START_FIELDS",
    "adding",
    "callForwarded",
    "callProceeding",
    "rewritten",
    "controlAlone",
    "startControl",
    "tunnelled",
    "unreadable",
    "withoutUserUser",
    "withoutWords",
]

_INFORMATION = "H323-UserInformation"

_ANYTHING = frozenset(
    (
        *("h4501SupplementaryService", "nonStandardData", "nonStandardControl"),
        *("tunnelledSignallingMessage", "stimulusControl"),
    )
)
"""What in a C{h323-uu-pdu} is told by one end to the other, in words of its own."""

START_FIELDS = ("fastStart", "h245Address", "fastConnectRefused")
"""How media and H.245 start: what a swallowed CallProceeding hands on to the next message."""

START_BODIES = ("alerting", "progress", "connect")
"""The messages that it can go on with."""

OF_THE_CALLED = frozenset(
    (
        MessageType.SETUP,
        MessageType.SETUP_ACKNOWLEDGE,
        MessageType.CALL_PROCEEDING,
        MessageType.ALERTING,
        MessageType.CONNECT,
    )
)
"""What a caller does not send: those of the called side, and another Setup."""

Edit = Callable[[Fields, Fields], None]
"""Changes a C{h323-uu-pdu} and the fields of its body, in place."""


def unreadable(message: Q931Message, content: Content) -> bool:
    """
    Whether a message has a user-user element of which nothing could be read.
    """
    return content is uuie.NOTHING and message.userUser is not None


def _withUserUser(message: Q931Message, octets: bytes) -> Q931Message:
    contents = bytes([USER_USER_DISCRIMINATOR]) + octets
    elements = list(message.elements)
    for index, element in enumerate(elements):
        if element.identifier == IE.USER_USER and element.codeset == 0:
            elements[index] = replace(element, contents=contents)
            break
    return replace(message, elements=tuple(elements))


def withoutUserUser(message: Q931Message) -> Q931Message:
    """
    The message without what nobody could read.
    """
    kept = (
        each for each in message.elements if each.identifier != IE.USER_USER or each.codeset != 0
    )
    return replace(message, elements=tuple(kept))


def withoutWords(message: Q931Message) -> Q931Message:
    """
    The message without what the two ends say for people to read: the Display, but that of a Setup,
    which is changed by L{SetupChange}; the C{user-data} of H.225.0; and what may carry anything, as
    supplementary services do, with names and notes in them (H.450), and C{genericData} that is of
    no standard.

    @param message: one whose user-user element was read already.
    """
    said = {IE.FACILITY} if message.messageType == MessageType.SETUP else {IE.DISPLAY, IE.FACILITY}
    kept = (
        each
        for each in message.elements
        if each.identifier not in said or each.codeset or not each.contents
    )
    message = replace(message, elements=tuple(kept))
    if message.userUser is None:
        return message
    value: Fields = h225.decode(_INFORMATION, message.userUser)
    pdu, generic = value["h323-uu-pdu"], value["h323-uu-pdu"].get("genericData", [])
    isOurs = [entry["id"][0] == "standard" or entry["id"] == GUARD_ID for entry in generic]
    if "user-data" not in value and not _ANYTHING & pdu.keys() and all(isOurs):
        return message
    value.pop("user-data", None)
    for name in _ANYTHING & pdu.keys():
        del pdu[name]
    if not all(isOurs):
        pdu["genericData"] = list(itertools.compress(generic, isOurs))
    return _withUserUser(message, h225.encode(_INFORMATION, value))


def rewritten(message: Q931Message, *edits: Edit) -> Q931Message:
    """
    The message with another user-user element.

    @param message: one whose element was read already.
    """
    octets = message.userUser
    if octets is None or not edits:
        return message
    value: Fields = h225.decode(_INFORMATION, octets)
    pdu = value["h323-uu-pdu"]
    fields = pdu["h323-message-body"][1]
    for edit in edits:
        edit(pdu, fields if isinstance(fields, dict) else {})
    return _withUserUser(message, h225.encode(_INFORMATION, value))


@dataclass(frozen=True, slots=True)
class SetupChange:
    """
    What a Setup says otherwise when it leaves us (H.225.0, 7.3.10).

    @ivar source: our call signalling address.
    @ivar destination: where the Setup goes.
    @ivar names: what the called party is called there; empty to leave that as it is.
    @ivar caller: what the caller is called; C{None} to leave that as it is.
    @ivar grant: what a gatekeeper has granted that knows the call as ours, if one has.
    @ivar priority: what our gates say of that which the caller wants: one that it does not have,
        it does not ask others for.
    @ivar fastStart: what of the channels that are proposed may be; C{None} for all.
    """

    source: TransportAddress
    destination: TransportAddress
    names: tuple[PartyAddress, ...] = ()
    caller: CallerName | None = None
    grant: AdmissionGrant | None = None
    priority: Priority | None = None
    fastStart: tuple[bytes, ...] | None = None

    def edit(self, pdu: Fields, fields: Fields) -> None:
        """
        An L{Edit}.  The tokens that sign a message, the caller's identifier, and what it
        declares are for its gatekeeper: for us.
        """
        fields["sourceCallSignalAddress"] = transportToValue(self.source)
        fields["destCallSignalAddress"] = transportToValue(self.destination)
        for name in ("endpointIdentifier", "cryptoTokens"):
            fields.pop(name, None)
        if "genericData" in pdu:
            left = withoutDeclarations(pdu["genericData"])
            pdu["genericData"] = withoutPriority(left) if self.priority is Priority.NORMAL else left
        if self.grant is not None:
            _show(self.grant, fields)
        if self.fastStart is not None:
            fields.pop("fastStart", None)
            fields |= {"fastStart": list(self.fastStart)} if self.fastStart else {}
        if "hopCount" in fields:
            fields["hopCount"] -= 1
        if self.names:
            fields["destinationAddress"] = aliasesFromParties(self.names)
        if self.caller is not None:
            fields.pop("sourceAddress", None)
            if aliases := aliasesFromParties(self.caller.calling):
                fields["sourceAddress"] = aliases

    def applied(self, setup: Q931Message) -> Q931Message:
        """
        The numbers and the display of Q.931 are changed where the names are.
        """
        changes: dict[int, bytes | None] = {}
        if self.names:
            changes[IE.CALLED_PARTY_NUMBER] = _numberElement(self.names)
        if self.caller is not None:
            display = self.caller.displayName
            changes[IE.CALLING_PARTY_NUMBER] = _numberElement(self.caller.calling)
            changes[IE.DISPLAY] = encodeDisplay(display) if display else None
        elements: list[Element] = []
        for element in setup.elements:
            if element.codeset == 0 and element.identifier in changes:
                contents = changes[element.identifier]
                if contents is None:
                    continue
                element = replace(element, contents=contents)
            elements.append(element)
        return replace(setup, elements=tuple(elements))


def _show(grant: AdmissionGrant, fields: Fields) -> None:
    if grant.endpointIdentifier is not None:
        fields["endpointIdentifier"] = grant.endpointIdentifier
    if grant.tokens:
        fields["tokens"] = [*fields.get("tokens", ()), *grant.tokens]


def _numberElement(names: tuple[PartyAddress, ...]) -> bytes | None:
    number = messages.numberOf(names)
    return None if number is None else number.encode()


def adding(start: Fields) -> Edit:
    """
    Puts into a message that goes on to the caller what one before should have carried.

    @param start: how media and H.245 start, by field; for one of L{START_BODIES}.
    """

    def edit(pdu: Fields, fields: Fields) -> None:
        for name, value in start.items():
            fields.setdefault(name, value)

    return edit


def _information(pdu: Fields) -> bytes:
    return bytes(h225.encode(_INFORMATION, {"h323-uu-pdu": pdu}))


def callProceeding(identity: CallIdentity, endpointType: Fields, tunnelling: bool) -> Q931Message:
    """
    Our own CallProceeding.  It does not say how the called side takes H.245: peers that
    do not know that go by C{tunnelling} for the time being (H.323, 8.2.1).

    @param tunnelling: what the Setup says.
    """
    body = uuie.callProceeding(identity, endpointType, uuie.Start())
    pdu: Fields = {
        "h323-message-body": body,
        "h245Tunnelling": tunnelling,
        "provisionalRespToH245Tunnelling": None,
    }
    return messages.make(MessageType.CALL_PROCEEDING, _information(pdu))


def controlAlone(content: Content) -> tuple[Q931Message, Content]:
    """
    A Facility that carries the H.245 of a message, and nothing else of it.
    """
    return tunnelled(*content.h245Control), replace(content, body="empty", fields={})


def tunnelled(*control: bytes) -> Q931Message:
    """
    A Facility that carries these messages of H.245.
    """
    return messages.facility(uuie.write(uuie.EMPTY, True, control))


def startControl(identity: CallIdentity, address: TransportAddress) -> Q931Message:
    """
    A Facility that has its receiver open the H.245 channel.
    """
    body = uuie.facility(identity, "startH245", address)
    return messages.facility(uuie.write(body, False))


def callForwarded(
    identity: CallIdentity, names: tuple[PartyAddress, ...], address: TransportAddress | None
) -> Q931Message:
    """
    A Facility that asks its receiver to call somebody else instead.
    """
    body: Choice = uuie.facility(identity, "callForwarded")
    fields: dict[str, Any] = body[1]
    if aliases := aliasesFromParties(names):
        fields["alternativeAliasAddress"] = aliases
    if address is not None:
        fields["alternativeAddress"] = transportToValue(address)
    return messages.facility(uuie.write(body, False))
