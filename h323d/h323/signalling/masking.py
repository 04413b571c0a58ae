"""
Call signalling without what is secret in it, for who keeps it: the digits that somebody pressed
(H.323, 10), which may be a PIN and for which stars stand, and the tokens of H.235, by which a
password could be guessed, and which are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from h323d.asn1 import h225, h245
from h323d.errors import DecodeError, EncodeError
from h323d.h323.signalling.q931 import IE, USER_USER_DISCRIMINATOR, Element, Q931Message
from h323d.h323.signalling.uuie import Content

__all__ = ["masked", "maskedControl", "withoutSecrets"]

_STAR = "*"
_USER_INPUT = 0x6D  # with which each C{indication.userInput} begins, in PER
_TOKENS = frozenset(("tokens", "cryptoTokens", "integrityCheckValue"))
_CONTROL = ("h245Control", "parallelH245Control")
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
    if not _isInput(octets):
        return octets
    try:
        kind, (name, (form, value)) = h245.decode(_CONTROL_MESSAGE, octets)
        masked = kind, (name, (form, _maskedInput(form, value)))
        return h245.encode(_CONTROL_MESSAGE, masked)
    except (DecodeError, EncodeError):
        return _NO_INPUT


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
            name: [maskedControl(each) for each in inner]
            if name in _CONTROL
            else withoutSecrets(inner)
            for name, inner in value.items()
            if name not in _TOKENS
        }
    if isinstance(value, list | tuple):
        return type(value)(map(withoutSecrets, value))
    return value


def _hasSecrets(pdu: Mapping[str, Any]) -> bool:
    body = pdu["h323-message-body"][1] if pdu else None
    holders: Sequence[Mapping[str, Any]] = [pdu, body] if isinstance(body, Mapping) else [pdu]
    control = (each for holder in holders for name in _CONTROL for each in holder.get(name, ()))
    return any(_TOKENS & holder.keys() for holder in holders) or any(map(_isInput, control))


def _isInput(octets: bytes) -> bool:
    return octets[:1] == bytes([_USER_INPUT])
