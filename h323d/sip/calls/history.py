"""
The C{History-Info} header field: RFC 7044, and RFC 4244 before it.  Its last value is whom the
call goes to by now, and each names by its index which other it comes of.

What is read of it is the last diversion, as of a C{Diversion} (RFC 7544): whoever was the target
before the last one that is another party's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from h323d.errors import DecodeError
from h323d.sip.calls.diversion import divertedBy
from h323d.sip.calls.parties import partiesOf
from h323d.sip.messages.grammar import unquote
from h323d.sip.messages.message import SIPMessage, SIPRequest
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.messages.uri import SIPURI
from h323d.values.address import TransportAddress
from h323d.values.diversion import Diversion, DiversionReason

__all__ = ["diversionIn", "headersOf"]

_CAUSES = {
    DiversionReason.UNKNOWN: 404,
    DiversionReason.BUSY: 486,
    DiversionReason.NO_ANSWER: 408,
    DiversionReason.UNCONDITIONAL: 302,
    DiversionReason.DEFLECTION: 480,
    DiversionReason.OUT_OF_SERVICE: 503,
}
"""
The C{cause} of a target that a call was sent on to (RFC 4458, 2; RFC 7544, 6).
"""

_REASONS = {cause: reason for reason, cause in _CAUSES.items()} | {
    487: DiversionReason.DEFLECTION  # while it rang
}


@dataclass(frozen=True, slots=True)
class _Entry:
    """
    One target.

    @ivar index: where it stands in the tree of all: C{"1.1"} comes of C{"1"}.
    @ivar mapped: the index of the other party's that it was sent on from (C{mp}); empty if it is
        not said.
    """

    uri: SIPURI
    index: str
    mapped: str

    @property
    def cause(self) -> str:
        """
        Why the call goes there; empty if that is not said.
        """
        return self.uri.parameter("cause") or ""

    @property
    def parent(self) -> str:
        return self.mapped or self.index.rpartition(".")[0]

    @property
    def isHidden(self) -> bool:
        """
        Whether its owner does not want to be known (RFC 7044, 10.1).
        """
        return _wantsPrivacy(dict(self.uri.headers).get("Privacy", ""))


def diversionIn(request: SIPRequest) -> Diversion | None:
    """
    @return: C{None} if an INVITE tells of none, or of none that can be read.
    """
    try:
        values = request.headers.parsed("History-Info", NameAddr.parse)
    except DecodeError:
        return None
    entries = {entry.index: entry for entry in map(_entryOf, values) if entry is not None}
    sentOn = [each for each in entries.values() if each.mapped or each.cause]
    before = entries.get(sentOn[-1].parent) if sentOn else None
    if before is None:
        return None
    cause = sentOn[-1].cause
    reason = _REASONS.get(int(cause) if cause.isdecimal() else 0, DiversionReason.UNKNOWN)
    if before.isHidden or _isAllHidden(request):
        return Diversion(None, reason)
    return Diversion(partiesOf(replace(before.uri, headers=()))[0], reason)


def _entryOf(value: NameAddr) -> _Entry | None:
    index = value.parameter("index")
    if index is None or not isinstance(value.uri, SIPURI):
        return None
    return _Entry(value.uri, index, value.parameter("mp") or "")


def _isAllHidden(message: SIPMessage) -> bool:
    return _wantsPrivacy(";".join(message.headers.all("Privacy")))


def _wantsPrivacy(text: str) -> bool:
    return "history" in {each.strip().lower() for each in unquote(text).split(";")}


def headersOf(diversion: Diversion, target: SIPURI, here: TransportAddress) -> tuple[str, str]:
    """
    The values of the header field for a call that was sent on.

    @param target: whom it goes to.
    @param here: our own address, at which a number is.
    """
    hidden = (("Privacy", "history"),) if diversion.party is None else ()
    diverted = replace(divertedBy(diversion, here), headers=hidden)
    there = replace(target, headers=()).withParameter("cause", str(_CAUSES[diversion.reason]))
    return f"<{diverted}>;index=1", f"<{there}>;index=1.1;mp=1"
