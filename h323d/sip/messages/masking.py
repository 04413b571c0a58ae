"""
SIP messages without what is secret in them, for who keeps them: stars stand for it, as many as
it had octets, so that lengths stay true.

Secret are the answers to challenges (RFC 7616, 3.4 and 3.5), keys of media (RFC 4568, 9.1; RFC
4567; RFC 8866, 5.12), and the digits that somebody pressed (INFO; RFC 4730), which may be a PIN.
"""

from __future__ import annotations

import re

__all__ = ["masked"]

_STAR = b"*"
_END = b"\r\n\r\n"
_CREDENTIALS = re.compile(
    rb"^(?:proxy-)?auth(?:orization|entication-info)[ \t]*:[ \t]*((?:[^\r\n]|\r?\n[ \t])*)",
    re.IGNORECASE | re.MULTILINE,
)
_RESPONSE = re.compile(rb"\b(?:response|rspauth)\s*=\s*\"?([^\",\s]*)", re.IGNORECASE)
_KEYS = re.compile(
    rb"^(?:a=crypto:\S+[ \t]+\S+[ \t]+|a=key-mgmt:|k=)([^\r\n]*)", re.IGNORECASE | re.MULTILINE
)
_SIGNAL = re.compile(rb"^[ \t]*signal[ \t]*=[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_KPML = re.compile(rb"\bdigits\s*=\s*[\"']([^\"']*)", re.IGNORECASE)
_ALL = re.compile(rb"(.+)", re.DOTALL)


def masked(data: bytes) -> bytes:
    """
    @param data: a whole message.
    """
    head, end, body = data.partition(_END)
    lower = head.lower()
    if b"auth" in lower:
        head = _CREDENTIALS.sub(_withoutAnswer, head)
    if body:
        if b"dtmf" in lower:
            body = (_SIGNAL if _SIGNAL.search(body) else _ALL).sub(_hide, body)
        elif b"kpml" in lower:
            body = _KPML.sub(_hide, body)
        body = _KEYS.sub(_hide, body)
    return head + end + body


def _withoutAnswer(field: re.Match[bytes]) -> bytes:
    """
    A header field of credentials; of a scheme that has no response, nothing is left.
    """
    pattern = _RESPONSE if _RESPONSE.search(field[1]) else _ALL
    return field[0][: field.start(1) - field.start()] + pattern.sub(_hide, field[1])


def _hide(found: re.Match[bytes]) -> bytes:
    """
    What was found, but for its group.
    """
    return found[0][: found.start(1) - found.start()] + _STAR * len(found[1])
