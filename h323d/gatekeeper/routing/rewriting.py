"""
Number rewriting: a number that is called by others, such as one with a trunk
prefix; and names in our own domains, which are known here without the domain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from zope.interface import implementer

from h323d.gatekeeper.routing.callers import CallerRule, callersOf
from h323d.gatekeeper.routing.chain import Called, ICalledPolicy
from h323d.gatekeeper.routing.config import RewriteRule
from h323d.gatekeeper.routing.prefixes import PrefixTable
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import AddressKind, PartyAddress

__all__ = ["NumberRewriting"]

_NUMBERS = (AddressKind.DIALLED_DIGITS, AddressKind.PARTY_NUMBER)
_WITH_DOMAIN = (AddressKind.URL, AddressKind.EMAIL, AddressKind.H323_ID)

_Rule = tuple[CallerRule, RewriteRule]


@implementer(ICalledPolicy)
class NumberRewriting:
    """
    Replaces each name by at most one rule: the one for the whole name, else the
    one with the longest prefix; where two are as long, one for certain callers
    before one for all.  What comes of it is not rewritten again.
    """

    name = "rewrite"

    def __init__(self, rules: Iterable[RewriteRule], domains: Iterable[str]) -> None:
        self._domains = frozenset(domain.lower() for domain in domains)
        self._names: dict[str, list[_Rule]] = {}
        self._prefixes: PrefixTable[_Rule] = PrefixTable()
        rules = tuple(rules)
        self._idle = not rules and not self._domains
        for rule in sorted(rules, key=lambda each: not each.caller):
            entry = (callersOf(rule.caller), rule)
            if rule.name:
                self._names.setdefault(rule.name, []).append(entry)
            else:
                self._prefixes.add(rule.prefix, entry)

    def find(self, called: Called) -> Called | None:
        if self._idle:
            return None
        names = tuple(dict.fromkeys(self._rewritten(each, called) for each in called.names))
        return None if names == called.names else replace(called, names=names)

    def _rewritten(self, name: PartyAddress, called: Called) -> PartyAddress:
        name = self._withoutDomain(name)
        for callers, rule in self._fitting(name):
            if callers.include(called):
                return _replaced(name, rule)
        return name

    def _fitting(self, name: PartyAddress) -> Iterator[_Rule]:
        yield from self._names.get(name.value, ())
        if name.kind in _NUMBERS:
            for _, entry in self._prefixes.matching(name.value):
                yield entry

    def _withoutDomain(self, name: PartyAddress) -> PartyAddress:
        if not self._domains or name.kind not in _WITH_DOMAIN:
            return name
        user, at, domain = name.value.split(";", 1)[0].rpartition("@")
        if not at or domain.lower() not in self._domains:
            return name
        user = user.removeprefix("h323:")
        return partyFromText(user) if user else name


def _replaced(name: PartyAddress, rule: RewriteRule) -> PartyAddress:
    if rule.name:
        return partyFromText(rule.to)
    number = rule.to + name.value[len(rule.prefix) :]
    replaced = partyFromText(number)
    if not number or replaced.kind is not AddressKind.DIALLED_DIGITS:
        return replaced if number else name
    return PartyAddress(name.kind, number)
