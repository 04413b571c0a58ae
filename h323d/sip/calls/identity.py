"""
Who calls, as somebody answers for it: P-Asserted-Identity (RFC 3325).

It is believed of peers that the configuration trusts, C{sip.trustedNetworks}, and told to no
others: who does not want to be known is known to them all the same, and they keep it to
themselves.  What a phone would like to be asserted (P-Preferred-Identity) is not looked at: the
names that it has are those of its registration.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.errors import DecodeError
from h323d.sip.calls.parties import partiesOf
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.nameaddr import NameAddr
from h323d.values.address import PartyAddress

__all__ = ["ASSERTED", "Caller", "callerOf"]

ASSERTED = "P-Asserted-Identity"
MAX_ASSERTED = 2  # a SIP URI and a number (RFC 3325, 9.1)


@dataclass(frozen=True, slots=True)
class Caller:
    """
    Who calls.

    @ivar calling: the names, best first.
    @ivar displayName: for people to read; may be empty.
    @ivar vouched: somebody who is trusted answers for it.
    """

    calling: tuple[PartyAddress, ...]
    displayName: str
    vouched: bool


def callerOf(request: SIPRequest, isTrusted: bool) -> Caller:
    """
    @param request: an INVITE.
    @param isTrusted: whether it comes from a peer that is.
    """
    asserted = _asserted(request) if isTrusted else ()
    if not asserted:
        said = request.fromAddress
        return Caller(partiesOf(said.uri), said.displayName, False)
    names = dict.fromkeys(name for each in asserted for name in partiesOf(each.uri))
    shown = next((each.displayName for each in asserted if each.displayName), "")
    return Caller(tuple(names), shown, True)


def _asserted(request: SIPRequest) -> tuple[NameAddr, ...]:
    """
    What is asserted; nothing, where that cannot be read.
    """
    try:
        return request.headers.parsed(ASSERTED, _parse)[:MAX_ASSERTED]
    except DecodeError:
        return ()


def _parse(text: str) -> NameAddr:
    return NameAddr.parse(text, ASSERTED)
