"""
What each field of an entry may say.

Each reader here takes text, and raises C{ValueError} with what is wrong with it.
"""

from __future__ import annotations

import base64
import binascii
import enum
import ipaddress
import re
from datetime import datetime
from typing import TypeVar

from h323d.call.applications import CallType
from h323d.guard.registry.guardian import ProofForm, Secret, Status
from h323d.values.address import AddressKind, PartyAddress
from h323d.values.ed25519 import KEY_OCTETS, PublicKey
from h323d.values.proof import MAX_IDENTITY

__all__ = [
    "aliasOf",
    "boolOf",
    "callTypeOf",
    "certificateOf",
    "keyOf",
    "networkOf",
    "proofFormOf",
    "quotaOf",
    "secretOf",
    "statusOf",
    "terminalIdOf",
    "textOf",
    "timeOf",
]

E = TypeVar("E", bound=enum.Enum)

MAX_TEXT = 1024  # characters of what only people read
_TERMINAL_ID = re.compile(r"if://[A-Za-z0-9._~/-]+")
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]*")
_SSH = b"\0\0\0\x0bssh-ed25519\0\0\0\x20"  # RFC 8709, 4: all of the blob but the key
_DIGITS = re.compile(r"[0-9*#,]+")
_SECRETS = {"sha256": 64, "md5": 32}  # digits of each kind
_QUOTAS = (64_000, 10_000_000_000)  # bit/s


def terminalIdOf(text: str) -> str:
    if not _TERMINAL_ID.fullmatch(text):
        raise ValueError(f"{text!r} is not like if://guardian/technical")
    return _bounded(text)


def keyOf(text: str) -> PublicKey:
    """
    A public key, in one of three notations.
    """
    if text.startswith("ssh-"):
        return _sshKeyOf(text)
    if text.startswith("ed25519:"):
        return PublicKey.fromSPKI(_octetsOf(text.removeprefix("ed25519:")))
    if len(text) == 2 * KEY_OCTETS and _HEXADECIMAL.fullmatch(text):
        return PublicKey(bytes.fromhex(text))
    raise ValueError(
        "a key is ed25519: and 88 digits, 64 digits, or a line of OpenSSH (ssh-ed25519)"
    )


def _sshKeyOf(text: str) -> PublicKey:
    algorithm, _, rest = text.partition(" ")
    if algorithm != "ssh-ed25519":
        raise ValueError(f"{algorithm} is a key of another kind than ssh-ed25519")
    try:
        blob = base64.b64decode(rest.split(" ")[0], validate=True)
    except binascii.Error:
        raise ValueError("the key of OpenSSH is no base64") from None
    if not blob.startswith(_SSH) or len(blob) != len(_SSH) + KEY_OCTETS:
        raise ValueError("the key of OpenSSH is none of Ed25519")
    return PublicKey(blob[len(_SSH) :])


def certificateOf(text: str) -> bytes:
    kind, _, digest = text.partition(":")
    octets = _octetsOf(digest) if kind == "sha256" else b""
    if len(octets) != 32:
        raise ValueError("is not sha256: and 64 digits")
    return octets


def aliasOf(text: str) -> PartyAddress:
    """
    C{e164:1001}, C{h323:anna}, C{sip:anna@council.example}, C{tel:+4420}.
    """
    scheme, _, rest = text.partition(":")
    if not rest:
        raise ValueError(f"{text!r} does not begin with e164:, h323:, sip:, sips: or tel:")
    _bounded(text)
    if scheme == "e164":
        if not _DIGITS.fullmatch(rest):
            raise ValueError(f"{rest!r} has other characters than digits, * and #")
        return PartyAddress(AddressKind.DIALLED_DIGITS, rest)
    if scheme == "h323":
        return PartyAddress(AddressKind.H323_ID, rest)
    if scheme in ("sip", "sips", "tel"):
        return PartyAddress(AddressKind.URL, text)
    raise ValueError(f"{scheme}: is not e164:, h323:, sip:, sips: or tel:")


def secretOf(text: str) -> Secret:
    kind, _, value = text.partition(":")
    if _SECRETS.get(kind) != len(value) or not _HEXADECIMAL.fullmatch(value):
        # The text itself is not told: it may be a password.
        raise ValueError("is not sha256: and 64 digits, or md5: and 32")
    return Secret(kind, value.lower())


def networkOf(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        raise ValueError(str(error)) from None


def quotaOf(text: str) -> int:
    least, most = _QUOTAS
    if not (text.isascii() and text.isdigit() and len(text) < 12 and least <= int(text) <= most):
        raise ValueError(f"{text[:20]!r} is no number from {least} to {most}")
    return int(text)


def statusOf(text: str) -> Status:
    return _oneOf(Status, text)


def proofFormOf(text: str) -> ProofForm:
    return _oneOf(ProofForm, text)


def callTypeOf(text: str) -> CallType:
    return _oneOf(CallType, text)


def boolOf(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{text[:20]!r} is neither true nor false")
    return text == "true"


def timeOf(text: str) -> str:
    """
    A time (RFC 3339), which stays text: nothing counts with it.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no time, as 2026-11-29T10:00:00Z is") from None
    if at.tzinfo is None and "T" in text:
        raise ValueError(f"{text!r} does not say in which zone: it ends in Z, or in +01:00")
    return text


def textOf(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise ValueError(f"has more than {MAX_TEXT} characters")
    return text


def _bounded(text: str) -> str:
    if len(text) > MAX_IDENTITY:
        raise ValueError(f"has more than {MAX_IDENTITY} characters")
    return text


def _octetsOf(text: str) -> bytes:
    if len(text) % 2 or not _HEXADECIMAL.fullmatch(text):
        raise ValueError("is not hexadecimal")
    return bytes.fromhex(text)


def _oneOf(kind: type[E], text: str) -> E:
    try:
        return kind(text)
    except ValueError:
        names = ", ".join(each.value for each in kind)
        raise ValueError(f"{text[:40]!r} is none of {names}") from None
