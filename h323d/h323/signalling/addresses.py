"""
Addresses in H.225.0 and H.245 form, and as our own values.

Values of the ASN.1 side are as L{h323d.asn1} has them: a CHOICE is C{(name, value)}.
Nothing here raises on what a peer sent: what cannot be used becomes C{None} or is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from h323d.values.address import AddressKind, PartyAddress, TransportAddress

__all__ = [
    "aliasFromParty",
    "aliasesFromParties",
    "hostOf",
    "partiesFromAliases",
    "partyFromAlias",
    "partyFromText",
    "transportFromValue",
    "transportToValue",
]

Choice = tuple[str, Any]

_NAMES = {
    kind.value: kind
    for kind in (
        AddressKind.DIALLED_DIGITS,
        AddressKind.H323_ID,
        AddressKind.URL,
        AddressKind.EMAIL,
    )
}
_DIALLED = frozenset("0123456789#*,")
_MAXIMUM_DIGITS = 128
_MAXIMUM_NAME = 256
_MAXIMUM_URL = 512


def transportFromValue(value: Choice | None) -> TransportAddress | None:
    """
    Read an H.225.0 C{TransportAddress}.

    @return: C{None} for a kind that is not IP.
    """
    if value is None:
        return None
    kind, fields = value
    if kind == "ipAddress":
        return TransportAddress.fromPacked(fields["ip"], fields["port"])
    if kind == "ip6Address":
        return TransportAddress.fromPacked(fields["ip"], fields["port"])
    return None


def transportToValue(address: TransportAddress) -> Choice:
    """
    Make an H.225.0 C{TransportAddress}.
    """
    kind = "ip6Address" if address.isIPv6 else "ipAddress"
    return (kind, {"ip": address.packed, "port": address.port})


def partyFromAlias(alias: Choice) -> PartyAddress | None:
    """
    Read an C{AliasAddress}.

    @return: C{None} for a kind that has no use here, or an empty name.
    """
    kind, value = alias
    name = _NAMES.get(kind)
    if name is not None:
        return PartyAddress(name, value) if value else None
    if kind == "partyNumber":
        digits = _partyNumberDigits(value)
        return PartyAddress(AddressKind.PARTY_NUMBER, digits) if digits else None
    if kind == "transportID":
        address = transportFromValue(value)
        return PartyAddress(AddressKind.TRANSPORT, str(address)) if address else None
    return None


def _partyNumberDigits(number: Choice) -> str:
    kind, value = number
    if kind == "e164Number":
        return str(value.get("publicNumberDigits", ""))
    if kind == "privateNumber":
        return str(value.get("privateNumberDigits", ""))
    return value if isinstance(value, str) else ""


def partiesFromAliases(aliases: Iterable[Choice]) -> tuple[PartyAddress, ...]:
    """
    Read a list of C{AliasAddress}, leaving out what has no use here and what is repeated.
    """
    parties = map(partyFromAlias, aliases)
    return tuple(dict.fromkeys(party for party in parties if party is not None))


def aliasFromParty(party: PartyAddress) -> Choice | None:
    """
    Make an C{AliasAddress}.

    @return: C{None} if the schema cannot say it.
    """
    kind, text = party.kind, party.value
    if not text:
        return None
    if kind is AddressKind.DIALLED_DIGITS:
        fits = len(text) <= _MAXIMUM_DIGITS and _DIALLED.issuperset(text)
        return ("dialledDigits", text) if fits else _nameAlias(text)
    if kind is AddressKind.H323_ID:
        return _nameAlias(text)
    if kind in (AddressKind.URL, AddressKind.EMAIL):
        return (kind.value, text) if len(text) <= _MAXIMUM_URL and text.isascii() else None
    if kind is AddressKind.PARTY_NUMBER:
        if len(text) > _MAXIMUM_DIGITS or not _DIALLED.issuperset(text):
            return None
        digits = {"publicTypeOfNumber": ("unknown", None), "publicNumberDigits": text}
        return ("partyNumber", ("e164Number", digits))
    return _transportAlias(text)


def _nameAlias(text: str) -> Choice | None:
    fits = len(text) <= _MAXIMUM_NAME and all(ord(character) <= 0xFFFF for character in text)
    return ("h323-ID", text) if fits else None


def _transportAlias(text: str) -> Choice | None:
    host, _, port = text.rpartition(":")
    try:
        return ("transportID", transportToValue(TransportAddress(host.strip("[]"), int(port))))
    except ValueError:
        return None


def aliasesFromParties(parties: Iterable[PartyAddress]) -> list[Choice]:
    """
    Make a list of C{AliasAddress}, leaving out what the schema cannot say.
    """
    return [alias for party in parties if (alias := aliasFromParty(party)) is not None]


def partyFromText(text: str) -> PartyAddress:
    """
    What somebody who typed C{text} meant: digits, a URI, a name.
    """
    if text and _DIALLED.issuperset(text):
        return PartyAddress(AddressKind.DIALLED_DIGITS, text)
    scheme = text.split(":", 1)[0].lower()
    if ":" in text and scheme in ("h323", "sip", "sips", "tel"):
        return PartyAddress(AddressKind.URL, text)
    return PartyAddress(AddressKind.H323_ID, text)


def hostOf(party: PartyAddress, port: int) -> TransportAddress | None:
    """
    The address that a name carries in itself: a transport address, or a URI or e-mail-like
    name whose host is a literal address.

    @param port: what to take where the name has none.
    """
    text = party.value
    if party.kind in (AddressKind.URL, AddressKind.EMAIL, AddressKind.H323_ID):
        text = text.split(";", 1)[0].rpartition("@")[2]
        text = text.removeprefix("h323:")
    elif party.kind is not AddressKind.TRANSPORT:
        return None
    host, colon, digits = text.rpartition(":")
    if not colon or (text.count(":") > 1 and not host.endswith("]")):
        host, digits = text, str(port)
    try:
        address = TransportAddress(host.strip("[]"), int(digits))
        return address if address.packed and 0 < address.port <= 0xFFFF else None
    except ValueError:
        return None
