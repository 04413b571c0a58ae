"""
How sides tell each other that they take call signalling over TLS, and where
(ITU-T H.460.22).

It is a feature with one parameter, TLS, in which there are a priority and an
address.  That a side speaks of it at all says that it can call that way; an
address, that it can be called so.  Nothing is assumed of who says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from h323d.h323.ras.messages import usableAddresses
from h323d.h323.signalling.addresses import transportToValue
from h323d.h323.signalling.features import Fields, feature, featuresIn
from h323d.values.address import TransportAddress

__all__ = ["addressIn", "offer", "speaksOf"]

_SECURITY = 22
_TLS = 1
_PRIORITY = 1
_CONNECTION_ADDRESS = 2


def offer(address: TransportAddress | None) -> Fields:
    """
    The feature.

    @param address: where calls are taken over TLS; C{None} for who only makes
        them.
    """
    within: list[Fields] = [{"id": ("standard", _PRIORITY), "content": ("number8", 1)}]
    if address is not None:
        content = ("transport", transportToValue(address))
        within.append({"id": ("standard", _CONNECTION_ADDRESS), "content": content})
    return feature(_SECURITY, [{"id": ("standard", _TLS), "content": ("compound", within)}])


def speaksOf(fields: Mapping[str, Any]) -> bool:
    """
    Whether a message says that its sender knows TLS.
    """
    return _withinTLS(fields) is not None


def addressIn(fields: Mapping[str, Any]) -> TransportAddress | None:
    """
    Where the sender of a message takes calls over TLS; C{None} if it does not
    say, or not so that it can be used.
    """
    for parameter in _withinTLS(fields) or ():
        kind, value = parameter.get("content", ("", None))
        if parameter["id"] == ("standard", _CONNECTION_ADDRESS) and kind == "transport":
            addresses = usableAddresses([value])
            return addresses[0] if addresses else None
    return None


def _withinTLS(fields: Mapping[str, Any]) -> list[Fields] | None:
    if "featureSet" not in fields and "genericData" not in fields:
        return None
    for descriptor in featuresIn(fields):
        if descriptor["id"] == ("standard", _SECURITY):
            for parameter in descriptor.get("parameters", ()):
                if parameter["id"] == ("standard", _TLS):
                    kind, within = parameter.get("content", ("compound", []))
                    return within if kind == "compound" else []
    return None
