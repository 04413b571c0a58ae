"""
STUN on the port of SIP over UDP: what phones behind a NAT ask, to keep its mapping, and to see
whether it is still the same (RFC 5626, 4.4.2 and 8; RFC 5389).

We are asked, and never ask.  Nothing is authenticated, as that profile has it: whoever asks is told
where the question came from.
"""

from __future__ import annotations

import ipaddress

from h323d.values.address import TransportAddress

__all__ = ["answerTo"]

COOKIE = bytes.fromhex("2112a442")  # 6
BINDING_REQUEST = b"\x00\x01"
_SUCCESS = b"\x01\x01"
_ERROR = b"\x01\x11"
_HEADER = 20  # octets: type, length, cookie, transaction
_XOR_MAPPED_ADDRESS = 0x0020
_ERROR_CODE = 0x0009
_UNKNOWN_ATTRIBUTES = 0x000A
_UNKNOWN_ATTRIBUTE = 420  # 15.6
_OPTIONAL = 0x8000  # attributes from here on need not be understood
_KNOWN = frozenset((0x0001, 0x0006, 0x0008, 0x0009, 0x000A, 0x0014, 0x0015, 0x0020))
MAX_UNKNOWN = 4  # attributes that an answer names: it is to be about as long as the question


def answerTo(datagram: bytes, source: TransportAddress) -> bytes | None:
    """
    @return: what to send back; C{None} if it is no question.
    """
    if datagram[:2] != BINDING_REQUEST or datagram[4:8] != COOKIE:
        return None
    if len(datagram) != _HEADER + int.from_bytes(datagram[2:4]) or len(datagram) % 4:
        return None
    transaction = datagram[8:_HEADER]
    unknown = _unknownIn(datagram)
    if unknown is None:
        return None
    if unknown:
        code = bytes((0, 0, _UNKNOWN_ATTRIBUTE // 100, _UNKNOWN_ATTRIBUTE % 100))
        names = b"".join(each.to_bytes(2) for each in unknown[:MAX_UNKNOWN])
        body = _attribute(_ERROR_CODE, code) + _attribute(_UNKNOWN_ATTRIBUTES, names)
        return _message(_ERROR, transaction, body)
    return _message(_SUCCESS, transaction, _mapped(source, transaction))


def _unknownIn(datagram: bytes) -> list[int] | None:
    """
    The attributes that would have to be understood (15).

    @return: C{None} if they end too early.
    """
    unknown = []
    position = _HEADER
    while position < len(datagram):
        name = int.from_bytes(datagram[position : position + 2])
        length = int.from_bytes(datagram[position + 2 : position + 4])
        if name < _OPTIONAL and name not in _KNOWN:
            unknown.append(name)
        position += 4 + length + -length % 4
    return unknown if position == len(datagram) else None


def _mapped(source: TransportAddress, transaction: bytes) -> bytes:
    """
    XOR-MAPPED-ADDRESS (15.2).
    """
    address = ipaddress.ip_address(source.host)
    mask = COOKIE + transaction
    host = bytes(one ^ other for one, other in zip(address.packed, mask, strict=False))
    port = source.port ^ int.from_bytes(mask[:2])
    family = b"\x00\x01" if address.version == 4 else b"\x00\x02"
    return _attribute(_XOR_MAPPED_ADDRESS, family + port.to_bytes(2) + host)


def _attribute(name: int, value: bytes) -> bytes:
    padding = bytes(-len(value) % 4)
    return name.to_bytes(2) + len(value).to_bytes(2) + value + padding


def _message(kind: bytes, transaction: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(2) + COOKIE + transaction + body
