"""
Errors on their way out of a generated codec.

What is wrong is said where it is noticed, without a path; each generated function
that the error leaves adds the component it had in hand.
"""

from __future__ import annotations

from typing import NoReturn

from h323d.asn1.runtime.limits import OID_LIMIT
from h323d.errors import DecodeError, EncodeError

__all__ = [
    "badCharacter",
    "badLength",
    "decodeFailure",
    "encodeFailure",
    "notThese",
    "outOfRange",
    "refuse",
    "refuseOID",
]


def refuse(reason: str, position: int) -> NoReturn:
    """
    @raise DecodeError: always.
    @param position: where, in bits.
    """
    raise DecodeError(reason, "", position >> 3)


def decodeFailure(error: Exception, place: str, position: int) -> DecodeError:
    """
    What a generated decoder raises on its way out.

    @param place: the component in hand, C{""} if none.
    """
    if not isinstance(error, DecodeError):
        reason = "nested too deep" if isinstance(error, RecursionError) else "ends too early"
        return DecodeError(reason, place, position >> 3)
    if error.offset < 0:
        error.offset = position >> 3
    if place:
        inner = error.path
        joint = "." if inner and inner[0] != "[" else ""
        error.path = f"{place}{joint}{inner}"
    return error


def encodeFailure(error: Exception, place: str) -> EncodeError:
    """
    What a generated encoder raises on its way out.

    @param place: the component in hand, C{""} if none.
    """
    if not isinstance(error, EncodeError):
        if isinstance(error, KeyError):
            reason = f"missing, or not known here: {error}"
        else:
            reason = f"{type(error).__name__}: {error}"
        return EncodeError(reason, place)
    if place:
        inner = error.path
        joint = "." if inner and inner[0] != "[" else ""
        error.path = f"{place}{joint}{inner}"
    return error


def refuseOID(length: int, position: int) -> NoReturn:
    """
    @raise DecodeError: always, for an OBJECT IDENTIFIER that is too long for us, or
        for its octets.
    """
    if length > OID_LIMIT:
        refuse(f"an OBJECT IDENTIFIER of more than {OID_LIMIT} octets", position)
    refuse("ends too early", position)


def outOfRange(value: object, low: object, high: object) -> NoReturn:
    """
    @raise EncodeError: always.
    """
    raise EncodeError(f"{value!r:.40} is not within {low}..{high}")


def badLength(length: int, low: int, high: int | None) -> NoReturn:
    """
    @raise EncodeError: always.
    """
    raise EncodeError(
        f"a length of {length} is not within {low}..{'MAX' if high is None else high}"
    )


def badCharacter() -> NoReturn:
    """
    @raise EncodeError: always.
    """
    raise EncodeError("a character outside the alphabet")


def notThese(value: dict[str, object], names: tuple[str, ...]) -> NoReturn:
    """
    @raise EncodeError: always.
    """
    missing = [name for name in names if name not in value]
    if missing:
        raise EncodeError(f"{missing[0]} is missing")
    extra = [name for name in value if name not in names]
    raise EncodeError(f"{extra[0]!r:.40} is not known here")
