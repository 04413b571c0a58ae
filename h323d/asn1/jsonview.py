"""
Decoded values for people and tools: the same tree in JSON's own types.

One way only: octets and bits become hexadecimal, and a value cannot be read back.
"""

from __future__ import annotations

from typing import Any

__all__ = ["jsonView"]


def jsonView(value: Any) -> Any:
    """
    A value in terms of C{dict}, C{list}, C{str}, C{int}, C{bool} and C{None}.

    A CHOICE becomes an object with one member, octets hexadecimal, an OBJECT
    IDENTIFIER dotted, and a BIT STRING C{{"bits": length, "hex": ...}}, its bits at
    the left of the octets as on the wire.  Integers beyond 53 bits become decimal
    strings, as JSON's readers lose them otherwise.

    Two integers are taken for a BIT STRING, though an OBJECT IDENTIFIER of two arcs
    looks the same: no such one is in use.
    """
    if isinstance(value, dict):
        return {name: jsonView(part) for name, part in value.items()}
    if isinstance(value, list):
        return [jsonView(part) for part in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return _tuple(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >> 53:
        return str(value)
    return value


def _tuple(value: tuple[Any, ...]) -> Any:
    if len(value) == 2 and isinstance(value[0], str):
        return {value[0]: jsonView(value[1])}
    if len(value) == 2 and not value[0] >> value[1]:  # else an OBJECT IDENTIFIER of two arcs
        number, length = value
        octets = (length + 7) >> 3
        return {"bits": length, "hex": (number << (-length & 7)).to_bytes(octets).hex()}
    return ".".join(str(arc) for arc in value)
