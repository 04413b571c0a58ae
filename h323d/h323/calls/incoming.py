"""
What a Setup asks for: who calls whom, and whether we can have anything to do with it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from h323d.call.declaration import NOTHING_DECLARED, Declaration
from h323d.errors import DecodeError, RemoteProtocolError
from h323d.h323.calls.diverting import diversionIn
from h323d.h323.security.guarddata import heardIn
from h323d.h323.security.guardtoken import proofInCall
from h323d.h323.signalling import elements, q931
from h323d.h323.signalling.callpriority import CallPriority, priorityIn
from h323d.h323.signalling.elements import PartyNumber
from h323d.h323.signalling.q931 import IE, Q931Message
from h323d.h323.signalling.redirecting import diversionOf
from h323d.h323.signalling.uuie import CallIdentity, Content
from h323d.values.address import AddressKind, PartyAddress
from h323d.values.cause import Cause
from h323d.values.diversion import Diversion
from h323d.values.ed25519 import SCHEME
from h323d.values.identifiers import newGUID
from h323d.values.proof import Proof, malformed

__all__ = ["IncomingSetup", "proofsInConnect", "readSetup"]

_GOALS = frozenset(("create", "join", "invite"))


@dataclass(frozen=True, slots=True)
class IncomingSetup:
    """
    One call that a peer asks for.

    @ivar reference: the call reference value that the peer chose.
    @ivar identity: the identifiers of the call; drawn by us where a peer of version 1 sent
        none.
    @ivar calling: names of the caller, best first.
    @ivar called: names of the called party, best first.
    @ivar displayName: the caller's name for people; empty if it is restricted.
    @ivar restricted: the caller does not want to be known to the called party.
    @ivar renamed: C{calling} and C{displayName} are not what the caller says.
    @ivar diversion: who has sent the call on; C{None} if nobody has, or that is not said.
    @ivar content: the H.323 part, as read.
    @ivar proofs: what the caller shows, not verified.
    @ivar declaration: what it declares of the call.
    @ivar priority: what it asks for by H.460.4; C{None} for none.
    """

    reference: int
    identity: CallIdentity
    calling: tuple[PartyAddress, ...]
    called: tuple[PartyAddress, ...]
    displayName: str
    restricted: bool
    content: Content
    renamed: bool = False
    diversion: Diversion | None = None
    proofs: tuple[Proof, ...] = ()
    declaration: Declaration = NOTHING_DECLARED
    priority: CallPriority | None = None


def readSetup(message: Q931Message, content: Content, rng: random.Random) -> IncomingSetup:
    """
    @param rng: draws the call identifier, if the caller has sent none.

    @raise RemoteProtocolError: something that we need is missing, or the Setup asks for
        something other than a call.
    """
    if q931.notUnderstood(message):
        raise RemoteProtocolError(Cause.MANDATORY_IE_MISSING, "an element is not understood")
    if message.userUser is None:
        raise RemoteProtocolError(Cause.MANDATORY_IE_MISSING, "no user-user element")
    if content.body != "setup":
        raise RemoteProtocolError(Cause.INVALID_IE_CONTENTS, "user-user element is no Setup")
    if content.fields["conferenceGoal"][0] not in _GOALS:
        raise RemoteProtocolError(Cause.SERVICE_NOT_IMPLEMENTED, "not a call")
    caller = _number(message, IE.CALLING_PARTY_NUMBER)
    callee = _number(message, IE.CALLED_PARTY_NUMBER)
    restricted = content.isRestricted or (caller is not None and caller.restricted)
    display = elements.decodeText(message.contents(IE.DISPLAY) or b"")
    return IncomingSetup(
        reference=message.callReference,
        identity=CallIdentity(
            content.callIdentifier or newGUID(rng), content.fields["conferenceID"]
        ),
        calling=_parties(content.aliases("sourceAddress"), caller),
        called=_parties(content.aliases("destinationAddress"), callee),
        displayName="" if restricted else display,
        restricted=restricted,
        content=content,
        diversion=diversionOf(message) or diversionIn(content),
        proofs=_proofsIn(message, content),
        declaration=heardIn(content.pdu),
        priority=priorityIn(content.pdu),
    )


def _proofsIn(message: Q931Message, content: Content) -> tuple[Proof, ...]:
    """
    What a Setup shows of who sends it, not verified.
    """
    try:
        proof = proofInCall(dict(content.fields), message.userUser or b"", message.octets)
    except DecodeError:
        proof = malformed(SCHEME)
    return () if proof is None else (proof,)


def proofsInConnect(
    message: Q931Message, content: Content, identity: CallIdentity
) -> tuple[Proof, ...]:
    """
    The same for the Connect of a call of ours; that of another call shows nothing good.

    @param identity: the call's.
    """
    found = _proofsIn(message, content)
    isOurs = content.callIdentifier == identity.callIdentifier
    return found if isOurs or not found else (malformed(SCHEME),)


def _number(message: Q931Message, identifier: int) -> PartyNumber | None:
    contents = message.contents(identifier)
    if contents is None:
        return None
    try:
        return PartyNumber.decode(contents)
    except DecodeError:
        return None  # optional, and so ignored (Q.931, 5.8.7.2)


def _parties(
    aliases: tuple[PartyAddress, ...], number: PartyNumber | None
) -> tuple[PartyAddress, ...]:
    """
    The aliases, and the number of the element unless an alias says it too.
    """
    if number is None or not number.digits:
        return aliases
    if any(alias.number == number.digits for alias in aliases):
        return aliases
    return (*aliases, PartyAddress(AddressKind.DIALLED_DIGITS, number.digits))
