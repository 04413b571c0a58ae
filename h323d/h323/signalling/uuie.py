"""
The user-user element: what H.323 adds to each Q.931 message (H.225.0, 7.2.2.31 and 7.3).

L{read} gives a L{Content}: the body as the schema has it, and a small typed view of what
the machines need of it.  L{write} encodes a body with the fields beside it.  The bodies
that we send are built by the functions named after them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from h323d.asn1 import h225
from h323d.call.ways import MAX_HOPS
from h323d.h323.signalling.addresses import (
    Choice,
    aliasesFromParties,
    partiesFromAliases,
    transportFromValue,
    transportToValue,
)
from h323d.values.address import ANONYMOUS, PartyAddress, TransportAddress
from h323d.values.diversion import Diversion

__all__ = [
    "NOTHING",
    "PROTOCOL_IDENTIFIER",
    "CallIdentity",
    "Content",
    "Start",
    "read",
    "write",
]

PROTOCOL_IDENTIFIER = (0, 0, 8, 2250, 0, 6)
"""The version of H.225.0 whose fields we send."""

MAX_HOP_COUNT = 31  # what hopCount of a Setup can say

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CallIdentity:
    """
    What names a call from end to end.

    @ivar callIdentifier: 16 octets, the same in every message of the call.
    @ivar conferenceID: 16 octets.
    """

    callIdentifier: bytes
    conferenceID: bytes


PRESENTATION_RESTRICTED = "presentationRestricted"  # a C{PresentationIndicator}


@dataclass(frozen=True, slots=True)
class Start:
    """
    What a message says about how media and H.245 are to start.

    @ivar fastStart: encoded C{OpenLogicalChannel}s.
    @ivar fastConnectRefused: no answer to C{fastStart} will come.
    @ivar h245Address: where a separate H.245 channel can be opened.
    @ivar parallelH245Control: H.245 messages beside a C{fastStart} (H.323, 8.2.4).
    """

    fastStart: tuple[bytes, ...] = ()
    fastConnectRefused: bool = False
    h245Address: TransportAddress | None = None
    parallelH245Control: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """
    What stands in a message's user-user element.

    @ivar body: the name of the C{h323-message-body}.
    @ivar fields: its value.
    @ivar tunnelling: C{h245Tunnelling}; C{None} if the message does not decide it: it has
        no element, or is a provisional answer of an entity between (H.323, 8.2.1).
    @ivar h245Control: tunnelled H.245 messages.
    @ivar pdu: the C{h323-uu-pdu} that all this comes from.
    """

    body: str = "empty"
    fields: Mapping[str, Any] = field(default_factory=dict)
    tunnelling: bool | None = None
    h245Control: tuple[bytes, ...] = ()
    pdu: Mapping[str, Any] = field(default_factory=dict)

    @property
    def callIdentifier(self) -> bytes | None:
        """
        C{None} for peers of version 1, which have none.
        """
        identifier = self.fields.get("callIdentifier")
        return identifier["guid"] if identifier else None

    @property
    def hopCount(self) -> int | None:
        """
        Over how many more gatekeepers and gateways a Setup may go; C{None} if it does not say.
        """
        return self.fields.get("hopCount")

    @property
    def isRestricted(self) -> bool:
        """
        Whether the caller, whom the aliases name, does not want to be known.
        """
        indicator: Choice | None = self.fields.get("presentationIndicator")
        return indicator is not None and indicator[0] == PRESENTATION_RESTRICTED

    @property
    def start(self) -> Start:
        fields = self.fields
        return Start(
            fastStart=tuple(fields.get("fastStart", ())),
            fastConnectRefused="fastConnectRefused" in fields,
            h245Address=usable(transportFromValue(fields.get("h245Address"))),
            parallelH245Control=tuple(fields.get("parallelH245Control", ())),
        )

    @property
    def reason(self) -> str | None:
        """
        The reason of a Facility or ReleaseComplete, by its name.
        """
        reason: Choice | None = self.fields.get("reason")
        return reason[0] if reason else None

    def aliases(self, name: str) -> tuple[PartyAddress, ...]:
        """
        A field that is a list of C{AliasAddress}.
        """
        return partiesFromAliases(self.fields.get(name, ()))


NOTHING = Content()
"""What a message without a readable user-user element says."""


def usable(address: TransportAddress | None) -> TransportAddress | None:
    """
    An address that one could connect to, or C{None}.
    """
    return address if address is not None and address.isUnicast else None


def without(content: Content, field: str) -> Content:
    """
    The same, as if the message had no such field.
    """
    kept = {name: value for name, value in content.fields.items() if name != field}
    return replace(content, fields=kept)


def withoutBody(content: Content) -> Content:
    """
    The same, as if the message had no body of its own.
    """
    return replace(content, body="empty", fields={})


def read(octets: bytes) -> Content:
    """
    Read an C{H323-UserInformation}.

    @raise h323d.errors.DecodeError: it is none.
    """
    value = h225.decode("H323-UserInformation", octets)
    pdu = value["h323-uu-pdu"]
    body, fields = pdu["h323-message-body"]
    provisional = "provisionalRespToH245Tunnelling" in pdu
    return Content(
        body=body,
        fields=fields if isinstance(fields, dict) else {},
        tunnelling=None if provisional else pdu.get("h245Tunnelling", False),
        h245Control=tuple(pdu.get("h245Control", ())),
        pdu=pdu,
    )


def write(
    body: Choice,
    tunnelling: bool,
    h245Control: Sequence[bytes] = (),
    services: Sequence[bytes] = (),
    generic: Sequence[Fields] = (),
) -> bytes:
    """
    Encode an C{H323-UserInformation}.

    @param body: the C{h323-message-body}.
    @param tunnelling: our C{h245Tunnelling}.
    @param h245Control: encoded H.245 messages to tunnel.
    @param services: encoded C{H4501SupplementaryService}s.
    @param generic: entries of C{genericData}.
    """
    pdu: Fields = {"h323-message-body": body, "h245Tunnelling": tunnelling}
    if h245Control:
        pdu["h245Control"] = list(h245Control)
    if services:
        pdu["h4501SupplementaryService"] = list(services)
    if generic:
        pdu["genericData"] = list(generic)
    return bytes(h225.encode("H323-UserInformation", {"h323-uu-pdu": pdu}))


def _common(identity: CallIdentity, **more: Any) -> Fields:
    fields: Fields = {
        "protocolIdentifier": PROTOCOL_IDENTIFIER,
        "callIdentifier": {"guid": identity.callIdentifier},
    }
    fields.update(more)
    return fields


def _withStart(fields: Fields, start: Start) -> Fields:
    if start.fastStart:
        fields["fastStart"] = list(start.fastStart)
    if start.fastConnectRefused:
        fields["fastConnectRefused"] = None
    if start.h245Address is not None:
        fields["h245Address"] = transportToValue(start.h245Address)
    if start.parallelH245Control:
        fields["parallelH245Control"] = list(start.parallelH245Control)
    return fields


@dataclass(frozen=True, slots=True)
class SetupParties:
    """
    Who calls whom.

    @ivar calling: names of the caller.
    @ivar called: names of the called party.
    @ivar source: where our side of the signalling connection is, if known.
    @ivar destination: where the Setup goes.
    @ivar endpointIdentifier: what our gatekeeper calls us, when it routes the call.
    @ivar tokens: what the call has to show there, each a C{ClearToken}.
    @ivar hops: over how many more servers the call may go; more than C{hopCount} can say are
        not said.
    @ivar displayName: of the caller, for people to read; empty if it is our own.
    @ivar diversion: who has sent the call on; C{None} if nobody has.
    @ivar isVerified: somebody has seen to it that the caller's names are its own.
    @ivar declared: what is said of the call in C{genericData}.
    """

    calling: tuple[PartyAddress, ...]
    called: tuple[PartyAddress, ...]
    source: TransportAddress | None = None
    destination: TransportAddress | None = None
    endpointIdentifier: str | None = None
    tokens: tuple[Fields, ...] = ()
    hops: int = MAX_HOPS
    displayName: str = ""
    diversion: Diversion | None = None
    isVerified: bool = False
    declared: tuple[Fields, ...] = ()


def setup(
    identity: CallIdentity, sourceInfo: Fields, parties: SetupParties, start: Start
) -> Choice:
    """
    A C{Setup-UUIE} for a call between two.
    """
    fields = _common(
        identity,
        sourceInfo=sourceInfo,
        activeMC=False,
        conferenceID=identity.conferenceID,
        conferenceGoal=("create", None),
        callType=("pointToPoint", None),
        mediaWaitForConnect=False,
        canOverlapSend=False,
        multipleCalls=False,
        maintainConnection=False,
    )
    if source := aliasesFromParties(parties.calling):
        fields["sourceAddress"] = source
    if ANONYMOUS in parties.calling:
        fields["presentationIndicator"] = (PRESENTATION_RESTRICTED, None)
    if destination := aliasesFromParties(parties.called):
        fields["destinationAddress"] = destination
    if parties.source is not None:
        fields["sourceCallSignalAddress"] = transportToValue(parties.source)
    if parties.destination is not None:
        fields["destCallSignalAddress"] = transportToValue(parties.destination)
    if parties.endpointIdentifier is not None:
        fields["endpointIdentifier"] = parties.endpointIdentifier
    if parties.tokens:
        fields["tokens"] = list(parties.tokens)
    if parties.hops <= MAX_HOP_COUNT:
        fields["hopCount"] = max(1, parties.hops)  # the least that it can say
    return "setup", _withStart(fields, start)


def _answerFields(identity: CallIdentity, destinationInfo: Fields) -> Fields:
    return _common(
        identity, destinationInfo=destinationInfo, multipleCalls=False, maintainConnection=False
    )


def callProceeding(identity: CallIdentity, destinationInfo: Fields, start: Start) -> Choice:
    """
    A C{CallProceeding-UUIE}.
    """
    return "callProceeding", _withStart(_answerFields(identity, destinationInfo), start)


def alerting(identity: CallIdentity, destinationInfo: Fields, start: Start) -> Choice:
    """
    An C{Alerting-UUIE}.
    """
    return "alerting", _withStart(_answerFields(identity, destinationInfo), start)


def progress(identity: CallIdentity, destinationInfo: Fields, start: Start) -> Choice:
    """
    A C{Progress-UUIE}.
    """
    return "progress", _withStart(_answerFields(identity, destinationInfo), start)


def connect(identity: CallIdentity, destinationInfo: Fields, start: Start) -> Choice:
    """
    A C{Connect-UUIE}.
    """
    fields = _answerFields(identity, destinationInfo)
    fields["conferenceID"] = identity.conferenceID
    return "connect", _withStart(fields, start)


def releaseComplete(identity: CallIdentity, reason: str | None) -> Choice:
    """
    A C{ReleaseComplete-UUIE}.

    @param reason: the name of a C{ReleaseCompleteReason}.
    """
    fields = _common(identity)
    if reason is not None:
        fields["reason"] = (reason, None)
    return "releaseComplete", fields


def facility(
    identity: CallIdentity, reason: str, h245Address: TransportAddress | None = None
) -> Choice:
    """
    A C{Facility-UUIE}.

    @param reason: the name of a C{FacilityReason}.
    """
    fields = _common(identity, reason=(reason, None), multipleCalls=False, maintainConnection=False)
    return "facility", _withStart(fields, Start(h245Address=h245Address))


def plain(name: str, identity: CallIdentity) -> Choice:
    """
    A body that has nothing but the identity: C{information}, C{notify}, C{status},
    C{statusInquiry}, C{setupAcknowledge}.
    """
    return name, _common(identity)


EMPTY: Choice = ("empty", None)
"""The body of a Facility that only carries tunnelled H.245."""
