"""
What the XML documents of events have in common.  Names are what parties call themselves, and so
escaped.
"""

from __future__ import annotations

from xml.etree import ElementTree

from h323d.sip.calls.parties import targetOf
from h323d.sip.messages.uri import SIPURI
from h323d.values.address import PartyAddress

__all__ = ["shown", "uriOfParty", "written"]

MAX_NAME = 100  # characters of a name


def shown(text: str) -> str:
    """
    A name without what no XML document may hold (XML 1.0, 2.2).
    """
    return "".join(each for each in text[:MAX_NAME] if each.isprintable())


def uriOfParty(names: tuple[PartyAddress, ...], host: str) -> SIPURI:
    """
    A SIP URI for a party, whatever its names are.

    @param host: ours, for a name that has none.
    """
    named = (targetOf(each) for each in names)
    uri = next((each for each in named if each is not None), None)
    if uri is None:
        uri = SIPURI(host, names[0].value if names else "anonymous")
    return uri


def written(root: ElementTree.Element) -> bytes:
    """
    The document, with its declaration.
    """
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
