"""
What can be configured of a trunk.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.config.reading import parse
from h323d.errors import ConfigurationError
from h323d.gatekeeper.trunks.config import TrunkConfig, TrunkProtocol, placeIn
from h323d.sip.digest.algorithms import Algorithm
from h323d.values.address import TransportAddress

H323 = TrunkProtocol.H323


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("192.0.2.1", ("192.0.2.1", 5060)),
        ("192.0.2.1:5080", ("192.0.2.1", 5080)),
        ("2001:db8::1", ("2001:db8::1", 5060)),
        ("[2001:db8::1]:5080", ("2001:db8::1", 5080)),
        ("sip.example.com", ("sip.example.com", 5060)),
        ("sip.example.com:5080", ("sip.example.com", 5080)),
        ("", None),
        ("192.0.2.1:", None),
        ("192.0.2.1:70000", None),
        ("192.0.2", None),
        ("sip:anna@192.0.2.1", None),
        ("a b", None),
    ],
)
def test_aPlaceIsAnAddressOrANameWithOrWithoutAPort(text: str, place: object) -> None:
    assert placeIn(text, 5060) == place


def test_thePortIsThatOfTheProtocol() -> None:
    assert TrunkConfig("a", "192.0.2.1").literal == TransportAddress("192.0.2.1", 5060)
    assert TrunkConfig("a", "192.0.2.1", H323).literal == TransportAddress("192.0.2.1", 1720)
    assert TrunkConfig("a", "gw.example.com", H323).place == ("gw.example.com", 1720)


def test_aNameIsNoLiteralAddress() -> None:
    assert TrunkConfig("a", "sip.example.com").literal is None


def test_aGatekeeperIsAskedAtItsRASAddress() -> None:
    trunk = TrunkConfig("a", "192.0.2.1", H323, ras="192.0.2.2")
    assert trunk.gatekeeper == ("192.0.2.2", 1719)
    assert TrunkConfig("a", "192.0.2.1", H323).gatekeeper is None


def toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


@pytest.mark.parametrize(
    ("keys", "place", "reason"),
    [
        ({}, "address", "'' is no address or name"),
        ({"address": "a b"}, "address", "'a b' is no address or name"),
        ({"protocol": "iax"}, "protocol", "must be one of sip, h323"),
        ({"ras": "192.0.2.1"}, "ras", "SIP has none"),
        ({"protocol": "h323", "ras": "gk.example.com:x"}, "ras", "is no address or name"),
        ({"protocol": "h323", "transport": "tcp"}, "transport", "H.323 has none but its own"),
        ({"strip": -1}, "strip", "must be 0 to 32"),
        ({"prepend": "a@b"}, "prepend", "cannot be part"),
        ({"weight": -1}, "weight", "must be 0 to 65535"),
        ({"capacity": -1}, "capacity", "must not be negative"),
        ({"checkInterval": 0.5}, "checkInterval", "must be 0, or 1 to 86400"),
        ({"checkTimeout": 0.0}, "checkTimeout", "must be 0.1 to 60"),
        ({"user": "us"}, "user", "takes a realm"),
        ({"md5": 32 * "f"}, "user", "takes a realm"),
        ({"user": "us", "realm": "r", "md5": "f"}, "md5", "must be 32 digits"),
        (
            {"protocol": "h323", "user": "us", "realm": "r", "md5": 32 * "f"},
            "user",
            "H.323 has no digest",
        ),
        ({"register": True}, "register", "takes a user"),
        ({"failures": 0}, "failures", "must be 1 to 100"),
        ({"successes": 101}, "successes", "must be 1 to 100"),
    ],
)
def test_whatCannotBeIsAFaultWithItsPlace(keys: dict[str, Any], place: str, reason: str) -> None:
    given = {"name": "carrier", **({"address": "192.0.2.1"} if keys else {}), **keys}
    lines = "\n".join(f"{key} = {toml(value)}" for key, value in given.items())
    with pytest.raises(ConfigurationError) as caught:
        parse(f"[[routing.trunks]]\n{lines}\n", "file")
    assert f"file: routing.trunks[0].{place}: " in str(caught.value)
    assert reason in str(caught.value)


def test_eachHasANameOfItsOwn() -> None:
    trunk = '[[routing.trunks]]\nname = "a"\naddress = "192.0.2.1"\n'
    with pytest.raises(ConfigurationError, match=r"routing\.trunks: two have the same name"):
        parse(2 * trunk, "file")


def test_trunksThatNoPolicyUsesAreAMistake() -> None:
    trunk = '[[routing.trunks]]\nname = "a"\naddress = "192.0.2.1"\n'
    with pytest.raises(ConfigurationError, match="policies does not name trunks"):
        parse(f'[routing]\npolicies = ["registered"]\n{trunk}', "file")


def test_aPasswordIsForItsRealmAndAlgorithmAlone() -> None:
    trunk = TrunkConfig("a", "192.0.2.1", user="us", realm="r", md5=32 * "f")
    assert trunk.secretFor("r", Algorithm.MD5) == ("us", 32 * "f")
    assert trunk.secretFor("r", Algorithm.SHA_256) is None
    assert trunk.secretFor("other", Algorithm.MD5) is None
    assert TrunkConfig("a", "192.0.2.1").secretFor("", Algorithm.MD5) is None
