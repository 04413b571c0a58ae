"""
What we say we are: the H.225.0 C{EndpointType} of our messages (H.225.0, 7.6).
"""

from __future__ import annotations

from h323d import __version__
from h323d.h323.signalling.uuie import Fields

__all__ = ["gatekeeperType", "mcuType", "terminalType"]


def _vendor(name: str) -> Fields:
    return {
        # T.35: 181 is the United States; the manufacturer's code is of nobody.
        "vendor": {"t35CountryCode": 181, "t35Extension": 0, "manufacturerCode": 0},
        "productId": name.encode("ascii", "replace")[:256] or b"h323d",
        "versionId": __version__.encode("ascii"),
    }


def gatekeeperType(name: str) -> Fields:
    """
    A gatekeeper, where it signals itself in a call that it routes.

    @param name: the product.
    """
    return {"vendor": _vendor(name), "gatekeeper": {}, "mc": False, "undefinedNode": False}


def mcuType(name: str) -> Fields:
    """
    A conference server.

    @param name: the product.
    """
    return {"vendor": _vendor(name), "mcu": {}, "mc": True, "undefinedNode": False}


def terminalType(name: str) -> Fields:
    """
    A terminal: one that calls for one person.

    @param name: the product.
    """
    return {"vendor": _vendor(name), "terminal": {}, "mc": False, "undefinedNode": False}
