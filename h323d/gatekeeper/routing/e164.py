"""
Telephone numbers in the DNS: ENUM (RFC 6116), of which the H.323 service is used
(RFC 3762).

A number becomes a domain (C{2.1.0.3.9.4.e164.arpa}), and records there say by
which URL it is called.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from zope.interface import implementer

from h323d.call.applications import Refusal
from h323d.call.lookups import INames, PointerRecord
from h323d.gatekeeper.routing.chain import Called, Finding, ICalledPolicy
from h323d.gatekeeper.routing.domains import NEGATIVE_LIFETIME, Domains
from h323d.gatekeeper.routing.remembered import Remembered
from h323d.values.address import AddressKind, PartyAddress

__all__ = ["ENUM", "substituted"]

SERVICES = ("e2u+h323", "h323+e2u")  # the latter is RFC 2916's
MIN_DIGITS, MAX_DIGITS = 3, 15  # of an international number (E.164)
MAX_URLS = 4  # of one number that are tried
MAX_URL = 256  # characters

MAX_PATTERN = 64  # characters
MAX_REPETITIONS = 4  # in one pattern
_REPETITION = re.compile(r"(?<!\\)[*+?{]")
_DANGEROUS = re.compile(r"\)[*+?{]|\(\?|\\[0-9]|[*+?}]{2}")  # see substituted()


def substituted(rule: str, number: str) -> str | None:
    """
    Apply the substitution of a NAPTR record (RFC 3402, 3.2).

    Its pattern comes from whoever owns the domain.  Patterns whose matching
    could take for ever - a repetition of a repetition - are not used, and
    nothing that numbers are mapped by needs them.

    @param rule: as in C{!^.*$!h323:anna@example.com!}.
    @param number: with its plus sign.

    @return: C{None} if it does not match, or is none.
    """
    parts = rule[1:].split(rule[:1]) if rule else []
    if len(parts) != 3:
        return None
    pattern, result, flags = parts
    if (
        len(pattern) > MAX_PATTERN
        or len(_REPETITION.findall(pattern)) > MAX_REPETITIONS
        or _DANGEROUS.search(pattern)
    ):
        return None
    try:
        match = re.search(pattern, number, re.ASCII | (re.IGNORECASE if "i" in flags else 0))
        if match is None:
            return None
        text = re.sub(r"\\([1-9])", lambda each: match.group(int(each[1])) or "", result)
    except (re.error, IndexError, OverflowError):  # the last: a repetition without measure
        return None
    return text if len(text) <= MAX_URL else None


@implementer(ICalledPolicy)
class ENUM:
    """
    Numbers that the DNS knows go where it says.
    """

    name = "enum"

    def __init__(
        self,
        names: INames,
        domains: Domains,
        clock: IReactorTime,
        zones: Sequence[str],
        prefix: str,
        hopCount: int,
    ) -> None:
        """
        @param zones: where numbers are looked for, in this order.
        @param prefix: what comes before full international numbers.
        """
        self._names = names
        self._domains = domains
        self._zones = tuple(zones)
        self._prefix = prefix
        self._hopCount = hopCount
        self._pointers: Remembered[tuple[PointerRecord, ...]] = Remembered(clock, ())

    def find(self, called: Called) -> Deferred[Finding] | None:
        if called.hops < 1:
            return None
        for name in called.names:
            digits = self._digitsOf(name)
            if digits:
                looking = self._find(called.within(self._hopCount), digits)
                return Deferred.fromCoroutine(looking)
        return None

    def _digitsOf(self, name: PartyAddress) -> str:
        if name.kind not in (AddressKind.DIALLED_DIGITS, AddressKind.PARTY_NUMBER):
            return ""
        digits = name.value.removeprefix(self._prefix)
        if not name.value.startswith(self._prefix) or not (digits.isascii() and digits.isdigit()):
            return ""
        return digits if MIN_DIGITS <= len(digits) <= MAX_DIGITS else ""

    async def _find(self, called: Called, digits: str) -> Finding:
        for zone in self._zones:
            for url in await self._urls(digits, zone):
                found = self._domains.find(called, url)
                if isinstance(found, Deferred):
                    found = await found
                if found is not None:
                    return _calledBy(found, url)
        return None

    async def _urls(self, digits: str, zone: str) -> list[PartyAddress]:
        domain = ".".join(reversed(digits)) + "." + zone
        records = await self._pointers.get(domain, lambda: self._look(domain))
        texts = [
            substituted(each.rule, f"+{digits}")
            for each in sorted(records, key=lambda each: (each.order, each.preference))
            if each.flags.lower() == "u" and each.service.lower() in SERVICES
        ]
        urls = [text for text in texts if text and text.lower().startswith("h323:")]
        return [PartyAddress(AddressKind.URL, text) for text in urls[:MAX_URLS]]

    def _look(self, domain: str) -> Deferred[tuple[tuple[PointerRecord, ...], float]]:
        looking: Deferred[tuple[PointerRecord, ...]] = self._names.pointers(domain)
        return looking.addCallback(
            lambda records: (
                records,
                min((each.lifetime for each in records), default=NEGATIVE_LIFETIME),
            )
        )


def _calledBy(found: Finding, url: PartyAddress) -> Finding:
    """
    Whoever was found by a URL is called by it.
    """
    if isinstance(found, (Called, Refusal)) or found is None:
        return found
    return tuple(each if each.called else replace(each, called=(url,)) for each in found)
