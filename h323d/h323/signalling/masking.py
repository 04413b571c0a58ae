"""
Call signalling without what is secret in it, for who keeps it: the digits that somebody pressed
(H.323, 10), which may be a PIN, and keys of media (H.235.6), for which stars stand, and the tokens
of H.235, by which a password could be guessed, and which are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from h323d.asn1 import h225, h245
from h323d.errors import DecodeError, EncodeError
from h323d.h323.signalling.q931 import IE, USER_USER_DISCRIMINATOR, Element, Q931Message
from h323d.h323.signalling.uuie import Content

__all__ = ["masked", "maskedControl", "withoutSecrets"]

_STAR = "*"
_INPUT = b"\x6d"  # with which each C{indication.userInput} begins, in PER
# How messages with keys begin: a channel that is opened, with additions to what H.245 had first, of
# which keys are one; likewise its answer; and a command of many kinds.
_OPENING, _OPENED, _COMMANDS = 0x03, 0x22, (0x4C, 0x4D)
_ADDITIONS, _ADDITIONS_OPENED = 0x80, 0xC0  # in the octet after
_ADDED = bytes([_ADDITIONS])  # in a proposal, in the first: so begins the least that has it
_KEYS = frozenset(("encryptionSync", "encryptionUpdate"))
_CHANNEL = "OpenLogicalChannel"
_TOKENS = frozenset(("tokens", "cryptoTokens", "integrityCheckValue"))
_CONTROL = ("h245Control", "parallelH245Control")
_PROPOSALS = "fastStart"
_CONTROL_MESSAGE = "MultimediaSystemControlMessage"
_USER_INFORMATION = "H323-UserInformation"
_NO_INPUT = h245.encode(_CONTROL_MESSAGE, ("indication", ("userInput", ("alphanumeric", _STAR))))


def masked(message: Q931Message, content: Content) -> Q931Message:
    """
    @param content: what its user-user element says, as far as it can be read.
    """
    keypad = message.contents(IE.KEYPAD_FACILITY) is not None
    unread = message.userUser is not None and not content.pdu
    if not (keypad or unread or _hasSecrets(content.pdu)):
        return message
    return replace(message, elements=tuple(map(_maskedElement, message.elements)))


def maskedControl(octets: bytes) -> bytes:
    """
    @param octets: an encoded H.245 message.
    """
    if _mayHaveKeys(octets):
        return _withoutKeys(_CONTROL_MESSAGE, octets)
    if not _isInput(octets):
        return octets
    try:
        kind, (name, (form, value)) = h245.decode(_CONTROL_MESSAGE, octets)
        masked = kind, (name, (form, _maskedInput(form, value)))
        return h245.encode(_CONTROL_MESSAGE, masked)
    except (DecodeError, EncodeError):
        return _NO_INPUT


def _withoutKeys(kind: str, octets: bytes) -> bytes:
    """
    @return: an octet alone, if nobody can say what is in it.
    """
    try:
        return h245.encode(kind, _maskedKeys(h245.decode(kind, octets)))
    except (DecodeError, EncodeError):
        return octets[:1]


def _maskedKeys(value: Any) -> Any:
    """
    @param value: what was decoded, or a part of it.
    """
    if isinstance(value, Mapping):
        return {
            name: _maskedSync(inner) if name in _KEYS else _maskedKeys(inner)
            for name, inner in value.items()
        }
    if isinstance(value, tuple) and len(value) == 2 and value[0] in _KEYS:
        return value[0], _maskedSync(value[1])
    if isinstance(value, list | tuple):
        return type(value)(map(_maskedKeys, value))
    return value


def _maskedSync(sync: Mapping[str, Any]) -> Mapping[str, Any]:
    """
    An C{EncryptionSync}: which key it is, and nothing more of it.
    """
    stars = _STAR.encode() * len(sync["h235Key"])
    return {"synchFlag": sync["synchFlag"], "h235Key": stars}


def _mayHaveKeys(octets: bytes) -> bool:
    first, second = octets[:1], octets[1:2]
    if not second or first[0] not in (_OPENING, _OPENED, *_COMMANDS):
        return False
    if first[0] == _OPENING:
        return bool(second[0] & _ADDITIONS)
    return first[0] in _COMMANDS or second[0] & _ADDITIONS_OPENED == _ADDITIONS_OPENED


def _maskedProposal(octets: bytes) -> bytes:
    """
    One of C{fastStart}.
    """
    return _withoutKeys(_CHANNEL, octets) if octets[:1] >= _ADDED else octets


def _maskedInput(form: str, value: Any) -> Any:
    # Any: a value of the ASN.1 value model, as everywhere here.
    if form == "alphanumeric":
        return _STAR * len(value)
    if form == "signal":
        return value | {"signalType": _STAR}
    if form == "extendedAlphanumeric":
        return value | {"alphanumeric": _STAR * len(value["alphanumeric"])}
    return value


def _maskedElement(element: Element) -> Element:
    if element.codeset or element.identifier not in (IE.KEYPAD_FACILITY, IE.USER_USER):
        return element
    if element.identifier == IE.KEYPAD_FACILITY:
        return replace(element, contents=_STAR.encode() * len(element.contents))
    discriminator = bytes([USER_USER_DISCRIMINATOR])
    return replace(element, contents=discriminator + _maskedInformation(element.contents[1:]))


def _maskedInformation(octets: bytes) -> bytes:
    """
    @return: empty, if nobody can say what is in it.
    """
    try:
        value = h225.decode(_USER_INFORMATION, octets)
        return h225.encode(_USER_INFORMATION, withoutSecrets(value))
    except (DecodeError, EncodeError):
        return b""


def withoutSecrets(value: Any) -> Any:
    """
    A decoded value of H.225.0, be it call signalling or RAS, without its tokens, and with stars in
    the H.245 messages that it carries.
    """
    if isinstance(value, Mapping):
        return {
            name: _maskedPart(name, inner) for name, inner in value.items() if name not in _TOKENS
        }
    if isinstance(value, list | tuple):
        return type(value)(map(withoutSecrets, value))
    return value


def _maskedPart(name: str, value: Any) -> Any:
    if name in _CONTROL:
        return [maskedControl(each) for each in value]
    if name == _PROPOSALS:
        return [_maskedProposal(each) for each in value]
    return withoutSecrets(value)


def _hasSecrets(pdu: Mapping[str, Any]) -> bool:
    body = pdu["h323-message-body"][1] if pdu else None
    return _holdsSecrets(pdu) or (isinstance(body, Mapping) and _holdsSecrets(body))


def _holdsSecrets(holder: Mapping[str, Any]) -> bool:
    if not _TOKENS.isdisjoint(holder):
        return True
    for name in _CONTROL:
        for each in holder.get(name, ()):
            if _isInput(each) or _mayHaveKeys(each):
                return True
    added = [each for each in holder.get(_PROPOSALS, ()) if each[:1] >= _ADDED]
    return any(_maskedProposal(each) != each for each in added)


def _isInput(octets: bytes) -> bool:
    return octets[:1] == _INPUT
