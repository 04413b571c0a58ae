"""
The users of SIP: what proves them, and which names are whose.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from zope.interface.verify import verifyObject

from h323d.gatekeeper.security.config import DigestDemand, SecurityConfig, UserConfig
from h323d.gatekeeper.security.users import Users
from h323d.sip.calls.parties import partiesOf
from h323d.sip.digest.algorithms import Algorithm, secretOf
from h323d.sip.digest.users import IDigestUsers
from h323d.sip.messages.uri import parseURI
from h323d.values.address import PartyAddress, TransportAddress
from tests.support.digest import NoTrunks, userOf

CONFIG = SecurityConfig(
    users=(userOf("anna", "secret", "1001", "+4930"), userOf("bert", "other", "b@example.com"))
)
TRUNK = TransportAddress("10.0.0.9", 5060)
PHONE = TransportAddress("10.0.0.3", 5060)


class OneTrunk:
    """
    A trunk at one host.
    """

    def at(self, source: TransportAddress | None) -> str | None:
        return "carrier" if source is not None and source.host == TRUNK.host else None


@pytest.fixture
def users() -> Users:
    return Users(CONFIG, OneTrunk())


def names(uri: str) -> tuple[PartyAddress, ...]:
    return partiesOf(parseURI(uri))


def test_theyAreWhatSIPAsksFor(users: Users) -> None:
    verifyObject(IDigestUsers, users)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_aUserHasASecretForEachAlgorithm(users: Users, algorithm: Algorithm) -> None:
    secret = secretOf(algorithm, "anna", "h323d", "secret")
    assert users.secretOf("anna", "h323d", algorithm) == secret


def test_noSecretIsForAnotherRealmOrNobody(users: Users) -> None:
    assert users.secretOf("anna", "elsewhere", Algorithm.MD5) is None
    assert users.secretOf("1001", "h323d", Algorithm.MD5) is None


def test_whoHasNoSecretForAnAlgorithmIsNobodyThere() -> None:
    user = replace(userOf("anna", "secret"), md5="")
    users = Users(SecurityConfig(users=(user,)), NoTrunks())
    assert users.secretOf("anna", "h323d", Algorithm.MD5) is None


@pytest.mark.parametrize(
    ("uri", "holder"),
    [
        ("sip:anna@example.com", "anna"),
        ("sip:1001@10.0.0.1", "anna"),
        ("sip:+4930@10.0.0.1", "anna"),
        ("sip:4930@10.0.0.1", "anna"),
        ("sip:b@example.com", "bert"),
        ("sip:b@elsewhere.com", ""),
        ("sip:Anna@example.com", ""),
        ("tel:+4930", "anna"),
        ("sip:example.com", ""),
    ],
)
def test_namesAreOfUsers(users: Users, uri: str, holder: str) -> None:
    assert users.holderOf(names(uri)) == holder
    for user in ("anna", "bert"):
        assert users.mayBe(user, names(uri)) is (user == holder)


def test_aNameOfADomainIsBeforeTheSameOfAll() -> None:
    several = (userOf("anna", "x", "1001"), userOf("bert", "x", "1001@example.com"))
    users = Users(SecurityConfig(users=several), NoTrunks())
    assert users.holderOf(names("sip:1001@example.com")) == "bert"
    assert users.holderOf(names("sip:1001@elsewhere.com")) == "anna"


@pytest.mark.parametrize(
    ("demand", "ours", "source", "asked"),
    [
        (DigestDemand.OWN, True, PHONE, True),
        (DigestDemand.OWN, False, PHONE, False),
        (DigestDemand.ALL, True, PHONE, True),
        (DigestDemand.ALL, False, PHONE, True),
        (DigestDemand.OWN, True, TRUNK, False),
        (DigestDemand.ALL, False, TRUNK, False),
    ],
)
def test_whoHasToProveWhoTheyAre(
    demand: DigestDemand, ours: bool, source: TransportAddress, asked: bool
) -> None:
    users = Users(replace(CONFIG, digest=demand), OneTrunk())
    assert users.mustProve(source, ours) is asked


def test_networksOfOldTelephonesAreAskedForMD5() -> None:
    users = Users(replace(CONFIG, md5Networks=("10.0.0.0/24",)), NoTrunks())
    assert users.algorithmAt("10.0.0.3") is Algorithm.MD5
    assert users.algorithmAt("10.0.1.3") is Algorithm.SHA_256


@pytest.mark.parametrize(
    "config", [SecurityConfig(), replace(CONFIG, digest=DigestDemand.OFF)], ids=["none", "off"]
)
def test_whereItIsOffNamesAreAnybodys(config: SecurityConfig) -> None:
    users = Users(config, NoTrunks())
    assert users.realm == ""
    assert users.holderOf(names("sip:anna@example.com")) == ""
    assert users.secretOf("anna", "h323d", Algorithm.SHA_256) is None


def test_noSecretIsShown() -> None:
    assert CONFIG.users[0].sha256 not in repr(CONFIG)
    assert CONFIG.users[0].md5 not in repr(CONFIG)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "sha256: there is neither this nor md5"),
        ({"sha256": "ff"}, "sha256: must be 64 digits"),
        ({"md5": "F" * 32}, "md5: must be 32 digits"),
        ({"name": "", "md5": "f" * 32}, "name: must have 1 to 128"),
        ({"names": ("",), "md5": "f" * 32}, "names: must have 1 to 128"),
    ],
)
def test_aUserThatCannotBeIsRefused(fields: dict[str, object], error: str) -> None:
    with pytest.raises(ValueError, match=error):
        UserConfig(**{"name": "anna", **fields})  # type: ignore[arg-type]  # that is the test


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"users": (userOf("a", "x"), userOf("a", "y"))}, "users: two have the same name"),
        ({"users": (userOf("a", "x"), userOf("b", "y", "a"))}, "users: 'a' is a name of a and b"),
        ({"realm": ""}, "realm: must have 1 to 128"),
        ({"realm": "a\\nb".replace("\\n", "\n")}, "realm: must have"),
        ({"md5Networks": ("10.0.0.1/8",)}, "md5Networks: "),
    ],
)
def test_usersThatCannotBeAreRefused(fields: dict[str, object], error: str) -> None:
    with pytest.raises(ValueError, match=error):
        SecurityConfig(**fields)  # type: ignore[arg-type]  # that is the test
