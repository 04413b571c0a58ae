"""
The four kinds of H.245 messages, as values to be encoded.
"""

from __future__ import annotations

from typing import Any

__all__ = ["Choice", "Fields", "Message", "command", "indication", "request", "response"]

Fields = dict[str, Any]  # Any: an ASN.1 value
Choice = tuple[str, Any]  # Any: an ASN.1 value
Message = tuple[str, Any]  # Any: a MultimediaSystemControlMessage


def request(name: str, fields: Any) -> Message:
    return ("request", (name, fields))


def response(name: str, fields: Any) -> Message:
    return ("response", (name, fields))


def command(name: str, fields: Any) -> Message:
    return ("command", (name, fields))


def indication(name: str, fields: Any) -> Message:
    return ("indication", (name, fields))
