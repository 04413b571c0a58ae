"""
C{Guard-Signature}: the Ed25519 signature of IF.guard on a request of SIP, and on the answer to an
INVITE, a compact JWS (RFC 7515, RFC 8037) of what the message says
(C{docs/reference/guard-proofs.rst}).

It names every part of a request that says who asks for what, and every part of an answer that says
who answers what: whoever is on the way can neither change one of them, nor use the signature for
something else.  There is one form for each header and
each payload (RFC 8785), and no choice of algorithm.  Whether a signature holds, and whether it is
fresh, is not looked at here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from h323d.call.applications import CallType
from h323d.errors import DecodeError
from h323d.sip.messages.grammar import fail
from h323d.sip.messages.message import SIPMessage, SIPRequest, SIPResponse
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.messages.uri import SIPURI, parseURI
from h323d.values.ed25519 import SCHEME, SIGNATURE_OCTETS, PublicKey, Signing
from h323d.values.proof import Proof, malformed

__all__ = [
    "HEADER",
    "SIGNED_METHODS",
    "SIPStamp",
    "SignedClaims",
    "answerSigned",
    "claimsOf",
    "isSignable",
    "proofIn",
    "proofInAnswer",
    "shownIn",
    "shownInAnswer",
    "signed",
]

HEADER = "Guard-Signature"
SIGNED_METHODS = ("REGISTER", "INVITE", "UPDATE", "PRACK", "ACK", "REFER")
NONCE_OCTETS = 16
_WITH_A_BODY = ("UPDATE", "PRACK", "ACK")  # or they change nothing
MAX_CHARACTERS = 4096  # of a signature with all that it names
UNSAID = -1  # as expires, where a REGISTER does not say
_PARTS = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})")
_THUMBPRINT = re.compile(rb'\{"alg":"EdDSA","kid":"([A-Za-z0-9_-]{43})","typ":"guard\+jwt"\}')
_KINDS: dict[str, type] = {
    "aud": str,
    "body": str,
    "bps": int,
    "call_id": str,
    "contact": str,
    "cseq": str,
    "dest": str,
    "expires": int,
    "from": str,
    "iat": int,
    "iss": str,
    "jti": str,
    "pii": bool,
    "to": str,
    "type": str,
}
_KINDS_OF_ANSWER = _KINDS | {"status": int}
_URIS = ("dest", "from", "to")

Payload = dict[str, Any]  # Any: whatever JSON can say


@dataclass(frozen=True, slots=True)
class SIPStamp:
    """
    What a signer says beside the request.

    @ivar issuer: the C{terminal_id} of who signs.
    @ivar audience: for whom: the C{guard.name} of a server.
    @ivar time: in seconds of Unix time.
    @ivar nonce: L{NONCE_OCTETS} that no other request has.
    @ivar callType: as which the call is declared.
    @ivar declaredPII: there is personal data in it.
    @ivar bandwidth: bit/s, both directions together; 0 leaves it to the session description.
    """

    issuer: str
    audience: str
    time: int
    nonce: bytes
    callType: CallType = CallType.ROUTINE
    declaredPII: bool = False
    bandwidth: int = 0


@dataclass(frozen=True, slots=True)
class SignedClaims:
    """
    What a signature says of a call, as L{SIPStamp} has it.
    """

    callType: CallType
    declaredPII: bool
    bandwidth: int


def isSignable(request: SIPRequest) -> bool:
    """
    Whether requests like this are signed: those that register, call, or change a session.
    """
    method = request.method
    return method in SIGNED_METHODS and (method not in _WITH_A_BODY or bool(request.body))


def signed(request: SIPRequest, key: Signing, stamp: SIPStamp) -> SIPRequest:
    """
    A request with its signature, as it is to be sent.
    """
    value = _signature(_payloadOf(request), key, stamp)
    return request.withHeaders(request.headers.replacing(HEADER, value))


def answerSigned(
    request: SIPRequest, response: SIPResponse, key: Signing, stamp: SIPStamp
) -> SIPResponse:
    """
    The same for an answer.

    @param request: the INVITE, as it came.
    """
    value = _signature(_payloadOfAnswer(request, response), key, stamp)
    return response.withHeaders(response.headers.replacing(HEADER, value))


def _signature(real: Payload, key: Signing, stamp: SIPStamp) -> str:
    """
    @param real: what the message itself says.
    """
    payload = real | {
        "aud": stamp.audience,
        "bps": stamp.bandwidth,
        "iat": stamp.time,
        "iss": stamp.issuer,
        "jti": _base64(stamp.nonce),
        "pii": stamp.declaredPII,
        "type": stamp.callType.value,
    }
    content = f"{_base64(_headerOf(key.public))}.{_base64(_canonical(payload))}"
    return f"{content}.{_base64(key.sign(content.encode()))}"


def proofIn(request: SIPRequest) -> Proof | None:
    """
    What a request shows, not verified: its C{key} is the thumbprint of a key (RFC 7638), in
    ASCII; C{None} if it has no signature.

    @raise DecodeError: the signature is malformed, or of another request; or the request came
        by UDP, for which it is too long.
    """
    line = _lineOf(request)
    return None if line is None else _proofOf(line, _payloadOf(request), _KINDS)


def proofInAnswer(request: SIPRequest, response: SIPResponse) -> Proof | None:
    """
    The same for an answer.

    @param request: the INVITE, as it was sent.

    @raise DecodeError: as L{proofIn}.
    """
    line = _lineOf(response)
    if line is None:
        return None
    return _proofOf(line, _payloadOfAnswer(request, response), _KINDS_OF_ANSWER)


def _lineOf(message: SIPMessage) -> str | None:
    lines = message.headers.lines(HEADER)
    if not lines:
        return None
    if len(lines) > 1:
        fail("is there twice", HEADER)
    if message.via.transport == "UDP":
        fail("is taken over TCP or TLS alone", HEADER)
    return lines[0]


def _proofOf(line: str, real: Payload, kinds: Mapping[str, type]) -> Proof:
    """
    @param real: what the message itself says.
    """
    parts = _PARTS.fullmatch(line) if len(line) <= MAX_CHARACTERS else None
    if parts is None:
        fail("is no compact JWS of Ed25519", HEADER)
    header, content, signature = (_octetsOf(each) for each in parts.groups())
    named = _THUMBPRINT.fullmatch(header)
    if named is None or len(signature) != SIGNATURE_OCTETS:
        fail("has another header than it has to have", HEADER)
    payload = _read(content, kinds)
    _compare(payload, real)
    nonce = _octetsOf(payload["jti"])
    if len(nonce) != NONCE_OCTETS:
        fail(f"jti has not {NONCE_OCTETS} octets", HEADER)
    _callTypeOf(payload)
    return Proof(
        SCHEME,
        payload["iss"],
        payload["iat"],
        nonce,
        named[1],
        f"{parts[1]}.{parts[2]}".encode(),
        signature,
        payload["aud"],
    )


def shownIn(request: SIPRequest) -> Proof | None:
    """
    The same, and what is malformed as a proof that proves nothing.
    """
    try:
        return proofIn(request)
    except DecodeError:
        return malformed(SCHEME)


def shownInAnswer(request: SIPRequest, response: SIPResponse) -> Proof | None:
    """
    The same for an answer.
    """
    try:
        return proofInAnswer(request, response)
    except DecodeError:
        return malformed(SCHEME)


def claimsOf(proof: Proof) -> SignedClaims:
    """
    What a proof that L{proofIn} has found says of the call.
    """
    payload = json.loads(_octetsOf(proof.octets.decode().partition(".")[2]))
    return SignedClaims(_callTypeOf(payload), payload["pii"], payload["bps"])


def _payloadOf(request: SIPRequest) -> Payload:
    """
    What is to be signed of a request itself.
    """
    return {
        "body": _digestOf(request),
        "call_id": request.callId,
        "contact": "*" if request.hasWildcardContact else _contactsOf(request),
        "cseq": str(request.cseq),
        "dest": _destinationOf(request),
        "expires": _expiresOf(request),
        "from": str(request.fromAddress.uri),
        "to": str(request.toAddress.uri),
    }


def _destinationOf(request: SIPRequest) -> str:
    """
    What a request leads to, as a URI: of a REFER, whom to call; of a call that takes another's
    place, with that in it (RFC 3891, 3; RFC 3515, 2.1).
    """
    if request.method == "REFER":
        return str(NameAddr.parse(request.headers.get("Refer-To") or "", "Refer-To").uri)
    replaced = request.headers.get("Replaces")
    if replaced is None:
        return str(request.uri)
    if not isinstance(request.uri, SIPURI):
        fail("has no place for whom the call replaces", HEADER)
    return str(replace(request.uri, headers=(("Replaces", replaced),)))


def _payloadOfAnswer(request: SIPRequest, response: SIPResponse) -> Payload:
    """
    The same of an answer: whom it is to, and what it says itself.
    """
    return _payloadOf(request) | {
        "body": _digestOf(response),
        "contact": _contactsOf(response),
        "status": response.status,
    }


def _digestOf(message: SIPMessage) -> str:
    return _base64(hashlib.sha256(message.body).digest())


def _contactsOf(message: SIPMessage) -> str:
    return " ".join(str(each.uri) for each in message.contacts)


def _expiresOf(request: SIPRequest) -> int:
    """
    For how long a REGISTER binds all its contacts: they have to agree.
    """
    if request.method != "REGISTER":
        return 0
    general = request.seconds("Expires")
    told = {each.parameter("expires") for each in request.contacts} - {None}
    if len(told) > 1 or (told and general is not None and told != {str(general)}):
        fail("contacts that expire at several times have one signature", HEADER)
    if told:
        text = str(told.pop())
        return int(text) if text.isascii() and text.isdigit() and len(text) < 11 else UNSAID
    return UNSAID if general is None else general


def _compare(claimed: Payload, real: Payload) -> None:
    for name, value in real.items():
        said = claimed[name]
        if name in _URIS and said != value:
            try:
                said = str(parseURI(said))
            except DecodeError:
                fail(f"{name} is no URI", HEADER)
        if said != value:
            fail(f"{name} is of another request", HEADER)


def _read(content: bytes, kinds: Mapping[str, type]) -> Payload:
    """
    A payload with exactly the members that it has to have, in the one form of it.
    """
    try:
        payload = json.loads(content)
        canonical = _canonical(payload)
    except (ValueError, RecursionError):
        fail("the payload is no JSON", HEADER)
    if canonical != content:  # members that are there twice, -0, 1e400, spaces
        fail("the payload is not in its canonical form", HEADER)
    if not isinstance(payload, dict) or payload.keys() != kinds.keys():
        fail("the payload has other members than it has to have", HEADER)
    for name, kind in kinds.items():
        if type(payload[name]) is not kind:  # true is no number here
            fail(f"{name} is of another kind", HEADER)
    if not (0 <= payload["iat"] < 2**32 and 0 <= payload["bps"] < 2**40):
        fail("a number is out of range", HEADER)
    return payload


def _callTypeOf(payload: Payload) -> CallType:
    try:
        return CallType(payload["type"])
    except ValueError:
        fail("type is no type of calls", HEADER)


def _canonical(value: object) -> bytes:
    """
    RFC 8785, for texts and whole numbers, by members whose names are of ASCII.

    @raise ValueError: it has no such form.
    """
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def _headerOf(key: PublicKey) -> bytes:
    return _canonical({"alg": "EdDSA", "kid": key.thumbprint, "typ": "guard+jwt"})


def _base64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _octetsOf(text: str) -> bytes:
    """
    The octets of base64url, of which there is one text alone.
    """
    try:
        octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        fail("is no base64url", HEADER)
    if _base64(octets) != text:
        fail("is not the one form of its base64url", HEADER)
    return octets
