"""
Who calls and who is called: SIP URIs and the neutral L{PartyAddress}.
"""

from __future__ import annotations

from h323d.call.inquiry import Inquiry
from h323d.errors import DecodeError
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.uri import SIPURI, URI, parseURI
from h323d.values.address import NOBODYS_HOST, AddressKind, PartyAddress, TransportAddress
from h323d.values.proof import Proof

__all__ = ["inquiryOf", "isNobody", "isRestricted", "partiesOf", "targetOf", "uriOf"]

_NUMBER = frozenset("0123456789*#")
_HIDES_CALLER = frozenset(("id", "user", "header"))  # of the priv-values


def partiesOf(uri: URI) -> tuple[PartyAddress, ...]:
    """
    The names that a URI says: the user part first, then the whole.

    An anonymous caller (RFC 3323) and a URI without a user have only the whole.
    """
    whole = uri.withoutParameters() if isinstance(uri, SIPURI) else uri
    url = PartyAddress(AddressKind.URL, str(whole))
    user = uri.user
    if not user:
        return (url,)
    digits = user.removeprefix("+")
    if digits and _NUMBER.issuperset(digits):
        return (PartyAddress(AddressKind.DIALLED_DIGITS, digits), url)
    if not user.isprintable():
        return (url,)
    return (PartyAddress(AddressKind.H323_ID, user), url)


def isRestricted(request: SIPRequest) -> bool:
    """
    Whether a caller does not want to be known: it asks for privacy (RFC 3323, 4.2; RFC 3325,
    9.3), or says nobody's address itself (RFC 3323, 4.1.1.3).
    """
    wanted = (each.strip().lower() for each in ";".join(request.headers.all("Privacy")).split(";"))
    return isNobody(request.fromAddress.uri) or not _HIDES_CALLER.isdisjoint(wanted)


def isNobody(uri: URI) -> bool:
    """
    Whether it is the address of a caller who does not want to be known (RFC 3323, 4.1.1.3).
    """
    return isinstance(uri, SIPURI) and uri.host.lower() == NOBODYS_HOST


def targetOf(party: PartyAddress) -> SIPURI | None:
    """
    The SIP URI to call a party at, or C{None} if the name is not one that SIP
    can reach by itself.
    """
    if party.kind is AddressKind.TRANSPORT or party.kind is AddressKind.EMAIL:
        text = f"sip:{party.value}"
    elif party.kind is AddressKind.URL:
        text = party.value
    else:
        return None
    return uriOf(text)


def uriOf(text: str) -> SIPURI | None:
    """
    A SIP URI; C{None} if it is none.
    """
    try:
        uri = parseURI(text)
    except DecodeError:
        return None
    return uri if isinstance(uri, SIPURI) else None


def inquiryOf(
    request: SIPRequest, source: TransportAddress, proofs: tuple[Proof, ...] = ()
) -> Inquiry:
    """
    The call that an OPTIONS asks about.

    @param source: where it came from.
    @param proofs: what its sender has proved.
    """
    caller = request.fromAddress
    return Inquiry(
        "sip",
        source,
        partiesOf(caller.uri),
        partiesOf(request.uri),
        caller.displayName,
        hops=request.maxForwards,
        restricted=isRestricted(request),
        proofs=proofs,
    )
