"""
Which call model a call has.
"""

from __future__ import annotations

import pytest

from h323d.gatekeeper.routed.config import CallModel, RoutedConfig, RoutedRule
from h323d.gatekeeper.routed.models import CallModels, Endpoint
from h323d.values.address import AddressKind, PartyAddress

DIRECT, ROUTED, H245, PROXIED = CallModel


def party(name: str = "", host: str = "") -> Endpoint:
    names = (PartyAddress(AddressKind.DIALLED_DIGITS, name),) if name else ()
    return Endpoint(names, host)


def models(*rules: RoutedRule, model: CallModel = DIRECT) -> CallModels:
    return CallModels(RoutedConfig(model=model, rules=rules))


def test_withoutRulesTheDefaultHolds() -> None:
    assert models(model=H245).choose(party("1"), party("2")) is H245


def test_theStricterPartyDecides() -> None:
    chosen = models(RoutedRule(PROXIED, aliases=("2",)), RoutedRule(ROUTED, aliases=("1",)))
    assert chosen.choose(party("1"), party("2")) is PROXIED
    assert chosen.choose(party("2"), party("1")) is PROXIED
    assert chosen.choose(party("1"), party("3")) is ROUTED


def test_aRuleMayExemptBothParties() -> None:
    chosen = models(RoutedRule(DIRECT, prefixes=("1",)), model=PROXIED)
    assert chosen.choose(party("11"), party("12")) is DIRECT
    assert chosen.choose(party("11"), party("21")) is PROXIED


def test_aNameCountsBeforeAPrefixAndThatBeforeANetwork() -> None:
    chosen = models(
        RoutedRule(ROUTED, networks=("10.0.0.0/8",)),
        RoutedRule(H245, prefixes=("12",)),
        RoutedRule(PROXIED, aliases=("123",)),
    )
    other = party("9")
    assert chosen.choose(party("123", "10.0.0.1"), other) is PROXIED
    assert chosen.choose(party("124", "10.0.0.1"), other) is H245
    assert chosen.choose(party("134", "10.0.0.1"), other) is ROUTED
    assert chosen.choose(party("134", "11.0.0.1"), other) is DIRECT


def test_theLongestPrefixCounts() -> None:
    chosen = models(RoutedRule(PROXIED, prefixes=("12",)), RoutedRule(ROUTED, prefixes=("1234",)))
    assert chosen.choose(party("12345"), party("9")) is ROUTED
    assert chosen.choose(party("12355"), party("9")) is PROXIED


def test_theSmallestNetworkCounts() -> None:
    chosen = models(
        RoutedRule(PROXIED, networks=("10.0.0.0/8", "2001:db8::/32")),
        RoutedRule(ROUTED, networks=("10.1.0.0/16", "10.2.3.4")),
    )
    hosts = {"10.1.9.9": ROUTED, "10.2.3.4": ROUTED, "10.2.3.5": PROXIED, "2001:db8::1": PROXIED}
    for host, expected in hosts.items():
        assert chosen.choose(party("", host), party()) is expected


def test_onlyOtherModelsThanTheDirectOneNeedALook() -> None:
    assert not models(RoutedRule(DIRECT, aliases=("1",))).anyRouted
    assert models(RoutedRule(ROUTED, aliases=("1",))).anyRouted
    assert models(model=ROUTED).anyRouted


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        ({}, "aliases"),
        ({"aliases": ("",)}, "aliases"),
        ({"prefixes": ("",)}, "prefixes"),
        ({"networks": ("here",)}, "networks"),
        ({"networks": ("10.0.0.1/8",)}, "networks"),
    ],
)
def test_aRuleThatMeansNothingIsRefused(rule: dict[str, tuple[str, ...]], key: str) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        RoutedRule(PROXIED, **rule)


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (RoutedConfig(), ""),
        ({"failoverCauses": (0,)}, "failoverCauses"),
        ({"failoverCauses": (128,)}, "failoverCauses"),
        ({"setupTimeout": 0}, "setupTimeout"),
        ({"maxCalls": 0}, "maxCalls"),
    ][1:],
)
def test_aValueThatMeansNothingIsRefused(value: dict[str, object], key: str) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        RoutedConfig(**value)  # type: ignore[arg-type]  # that is what is tried
