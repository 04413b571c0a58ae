from __future__ import annotations

from typing import Any

import pytest

from h323d.config.reading import parse
from h323d.errors import ConfigurationError
from h323d.gatekeeper.routing.config import (
    NeighbourConfig,
    RewriteRule,
    RoutingConfig,
    StaticRoute,
    literalAddress,
)
from h323d.values.address import TransportAddress

RULE = RewriteRule(prefix="0", to="49")
HERE = {"name": "a", "address": "192.0.2.1"}


def signing(name: str, address: str, sendersID: str) -> NeighbourConfig:
    return NeighbourConfig(name, address, password="secret", sendersID=sendersID)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", TransportAddress("192.0.2.1", 1720)),
        ("192.0.2.1:1730", TransportAddress("192.0.2.1", 1730)),
        ("[2001:db8::1]:1730", TransportAddress("2001:db8::1", 1730)),
        ("h323:anna@192.0.2.1", TransportAddress("192.0.2.1", 1720)),
        ("example.com", None),
        ("", None),
    ],
)
def test_anAddressIsReadFromText(text: str, address: TransportAddress | None) -> None:
    assert literalAddress(text) == address


@pytest.mark.parametrize("address", ["sip:anna@192.0.2.1", "SIPS:192.0.2.1"])
def test_aRouteDoesNotLeadToWhoSpeaksSIP(address: str) -> None:
    with pytest.raises(ValueError, match=r"^to: .* is called by SIP; such a server is a trunk$"):
        StaticRoute("anna", to=(address,))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("policies", ("rooms", "rooms")),
        ("hopCount", 0),
        ("hopCount", 256),
        ("catchAll", "example.com"),
        ("httpURL", "ftp://example.com/"),
        ("httpURL", "http://"),
        ("httpTimeout", 0.0),
        ("httpTimeout", 61.0),
        ("httpLifetime", -1),
        ("dnsServers", ("ns.example.com",)),
        ("dnsServers", ("192.0.2.53:0",)),
        ("dnsTimeout", 0.0),
        ("enumPrefix", "+"),
        ("neighbours", (NeighbourConfig("a", "192.0.2.1"), NeighbourConfig("a", "192.0.2.2"))),
        ("neighbours", (signing("a", "192.0.2.1", "a"), signing("b", "192.0.2.1", "b"))),
        ("neighbours", (signing("a", "192.0.2.1", "a"), signing("b", "192.0.2.1:1729", "a"))),
    ],
)
def test_aValueThatCannotBeUsedIsRefusedByItsName(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        RoutingConfig(**{key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rewrites", (RULE,)),
        ("domains", ("example.com",)),
        ("routes", (StaticRoute(prefix="0", reject=True),)),
        ("neighbours", (NeighbourConfig("a", "192.0.2.1"),)),
        ("catchAll", "192.0.2.1"),
        ("httpURL", "http://127.0.0.1/"),
    ],
)
def test_whatNoPolicyWouldUseIsRefused(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{key}: policies does not name"):
        RoutingConfig(policies=("registered",), **{key: value})


@pytest.mark.parametrize(
    ("kind", "key", "values"),
    [
        (RewriteRule, "name", {}),
        (RewriteRule, "name", {"name": "1", "prefix": "2", "to": "3"}),
        (RewriteRule, "prefix", {"prefix": "+49", "to": "3"}),
        (RewriteRule, "to", {"name": "1"}),
        (StaticRoute, "name", {"to": ("192.0.2.1",)}),
        (StaticRoute, "to", {"name": "1"}),
        (StaticRoute, "to", {"name": "1", "to": ("192.0.2.1",), "reject": True}),
        (StaticRoute, "to", {"name": "1", "to": ("example.com",)}),
        (NeighbourConfig, "address", {"name": "a"}),
        (NeighbourConfig, "address", {"name": "a", "address": "example.com:1719"}),
        (NeighbourConfig, "timeout", {"name": "a", "address": "192.0.2.1", "timeout": 0.1}),
        (NeighbourConfig, "password", HERE | {"password": "s", "passwordFile": "f"}),
        (NeighbourConfig, "sendersID", HERE | {"password": "s"}),
        (NeighbourConfig, "sendersID", HERE | {"passwordFile": "f"}),
        (NeighbourConfig, "sendersID", HERE | {"sendersID": "a"}),
        (NeighbourConfig, "sendersID", HERE | {"password": "s", "sendersID": "a" * 129}),
    ],
)
def test_aTableThatCannotBeUsedIsRefusedByItsKey(kind: Any, key: str, values: Any) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        kind(**values)


def test_aNeighboursPortMayBeLeftOut() -> None:
    assert NeighbourConfig("a", "192.0.2.1").ras == TransportAddress("192.0.2.1", 1719)


def test_aNeighbourSignsAsItsIdentifierIfNothingElseIsSaid() -> None:
    alone = NeighbourConfig("a", "192.0.2.1", gatekeeperIdentifier="west", password="secret")
    assert alone.signsAs == "west"
    other = NeighbourConfig(
        "a", "192.0.2.1", gatekeeperIdentifier="west", sendersID="w", password="s"
    )
    assert other.signsAs == "w"


def test_theSameNameMaySignAtTwoHosts() -> None:
    both = (signing("a", "192.0.2.1", "west"), signing("b", "192.0.2.2", "west"))
    assert RoutingConfig(neighbours=both).neighbours == both


def test_aPasswordIsNotShown() -> None:
    assert "secret" not in repr(signing("a", "192.0.2.1", "a"))


def test_anErrorInATableNamesThePlace() -> None:
    text = '[[routing.neighbours]]\nname = "b"\naddress = "b.example.com"\n'
    with pytest.raises(ConfigurationError, match=r"routing.neighbours\[0\].address: "):
        parse(text, "h323d.toml")


def test_aNameServerMayHaveAPortOfItsOwn() -> None:
    config = RoutingConfig(dnsServers=("192.0.2.53", "[2001:db8::53]:5353"))
    assert [str(each) for each in config.nameServers] == ["192.0.2.53:53", "[2001:db8::53]:5353"]
