"""
The octets of one message in, JSON out.

A Setup carries more messages inside: fast start's channels and tunnelled
H.245 are decoded too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from h323d.asn1 import h225, h245
from h323d.asn1.jsonview import jsonView
from h323d.errors import DecodeError, EncodeError
from h323d.h323.signalling import q931, tpkt
from h323d.sip.messages import parser, writer
from h323d.sip.messages.message import SIPRequest, SIPResponse

__all__ = ["KINDS", "View", "looksLikeSIP", "sipView", "viewOf"]

View = dict[str, Any]  # Any: whatever JSON can say

_TPKT_VERSION = b"\x03\x00"
_START_LINE = re.compile(
    rb"SIP/2\.0 [1-6]|[A-Z]+ [a-z][a-z0-9+.-]*:[^\r\n]* SIP/2\.0\r?\n", re.IGNORECASE
)
_NESTED = {
    "fastStart": "OpenLogicalChannel",
    "h245Control": "MultimediaSystemControlMessage",
    "parallelH245Control": "MultimediaSystemControlMessage",
}


def viewOf(kind: str | None, data: bytes, reencode: bool) -> View:
    """
    @param kind: one of L{KINDS}; C{None} guesses.
    @param reencode: whether to add the octets that we would send.

    @raise DecodeError: it is not what it should be; the error names the place.
    """
    if kind is not None:
        return {"kind": kind, **KINDS[kind](data, reencode)}
    return _guess(data, reencode)


def looksLikeSIP(data: bytes) -> bool:
    """
    Whether it begins as a SIP message does (RFC 3261, 7): a method, or the version.
    """
    return _START_LINE.match(data) is not None


def _guess(data: bytes, reencode: bool) -> View:
    """
    The first kind that has these very octets for what was read; PER finds
    something in almost any octets.
    """
    likely = "sip" if looksLikeSIP(data) else "h225"
    views, failures = [], []
    for kind in dict.fromkeys((likely, *KINDS)):
        try:
            views.append({"kind": kind, **KINDS[kind](data, True)})
        except DecodeError as error:
            failures.append(f"as {kind}: {error}")
    if not views:
        raise DecodeError("; ".join(failures), "message")
    chosen = next((view for view in views if _isExact(view, data)), views[0])
    if not reencode:
        del chosen["reencoded"]
    return chosen


def _isExact(view: View, data: bytes) -> bool:
    return view["kind"] == "sip" or bool(view["reencoded"] == _withoutTPKT(data).hex())


def _decodeRAS(data: bytes, reencode: bool) -> View:
    return _decodePER(h225, "RasMessage", data, reencode)


def _decodeH245(data: bytes, reencode: bool) -> View:
    return _decodePER(h245, "MultimediaSystemControlMessage", _withoutTPKT(data), reencode)


def _decodePER(namespace: Any, typeName: str, data: bytes, reencode: bool) -> View:
    # Any: the ASN.1 namespaces are modules that share a form.
    value = namespace.decode(typeName, data)
    view: View = {"message": jsonView(value)}
    if reencode:
        view["reencoded"] = _encoded(lambda: namespace.encode(typeName, value))
    return view


def _decodeH225(data: bytes, reencode: bool) -> View:
    """
    A TPKT, a Q.931 message, or a bare C{H323-UserInformation}.
    """
    data = _withoutTPKT(data)
    if data[:1] != bytes([q931.PROTOCOL_DISCRIMINATOR]):
        return _decodeUUIE(data, reencode)
    message = q931.decode(data)
    view: View = {
        "messageType": _name(q931.MessageType, message.messageType),
        "callReference": message.callReference,
        "toOriginator": message.toOriginator,
        "elements": {
            _name(q931.IE, element.identifier): element.contents.hex()
            for element in message.elements
            if element.identifier != q931.IE.USER_USER
        },
    }
    if message.userUser is not None:
        view |= _decodeUUIE(message.userUser, False)
    if reencode:
        view["reencoded"] = _encoded(lambda: q931.encode(message))
    return view


def _decodeUUIE(data: bytes, reencode: bool) -> View:
    value = h225.decode("H323-UserInformation", data)
    view: View = {"userInformation": jsonView(value)}
    nested = list(_nested(value["h323-uu-pdu"]))
    if nested:
        view["within"] = nested
    if reencode:
        view["reencoded"] = _encoded(lambda: h225.encode("H323-UserInformation", value))
    return view


def _nested(pdu: Any) -> Any:
    # Any: a value of the ASN.1 value model.
    body = pdu["h323-message-body"][1]
    for holder in (pdu, body if isinstance(body, dict) else {}):
        for name, typeName in _NESTED.items():
            for index, octets in enumerate(holder.get(name, ())):
                try:
                    message = jsonView(h245.decode(typeName, octets))
                except DecodeError as error:
                    message = f"undecodable: {error}"
                yield {"in": f"{name}[{index}]", "message": message}


def _decodeSIP(data: bytes, reencode: bool) -> View:
    return sipView(parser.parse(data), reencode)


def sipView(message: SIPRequest | SIPResponse, reencode: bool) -> View:
    """
    A SIP message that was read already.
    """
    if isinstance(message, SIPRequest):
        view: View = {"method": message.method, "uri": str(message.uri)}
    else:
        view = {"status": message.status, "reason": message.reason}
    view["headers"] = [[name, value] for name, value in message.headers]
    view["body"] = message.body.decode("utf-8", "backslashreplace")
    if reencode:
        view["reencoded"] = writer.write(message).hex()
    return view


KINDS: dict[str, Callable[[bytes, bool], View]] = {
    "ras": _decodeRAS,
    "h225": _decodeH225,
    "h245": _decodeH245,
    "sip": _decodeSIP,
}


def _withoutTPKT(data: bytes) -> bytes:
    """
    @raise DecodeError: it is a packet with a Q.931 message, of another length
        than it says.
    """
    if data[:2] != _TPKT_VERSION or len(data) <= tpkt.HEADER_LENGTH:
        return data
    length = int.from_bytes(data[2:4])
    if length == len(data):
        return data[tpkt.HEADER_LENGTH :]
    if data[tpkt.HEADER_LENGTH] == q931.PROTOCOL_DISCRIMINATOR:
        raise DecodeError(f"{length}, but {len(data)} octets are given", "TPKT.length", 2)
    return data  # H.245 may begin with these two octets too


def _encoded(encode: Callable[[], bytes]) -> str:
    try:
        return encode().hex()
    except EncodeError as error:
        return f"cannot be encoded: {error}"


def _name(names: Any, number: int) -> str:
    # Any: an enumeration class.
    return str(names(number).name) if number in set(map(int, names)) else hex(number)
