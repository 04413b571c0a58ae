"""
What the gatekeeper is, and what is its own.
"""

from __future__ import annotations

import pytest

from h323d.call.homes import homeAt
from h323d.gatekeeper.alternates import AlternateConfig, Elsewhere
from h323d.gatekeeper.identity import Identity
from h323d.h323.ras.messages import RASMessage, reasonOf
from h323d.h323.ras.transactions import RASRequest
from h323d.values.address import TransportAddress
from tests.support.ras import rrq

US, THERE = "10.0.0.1", TransportAddress("10.0.0.9", 1720)
OTHER = AlternateConfig(address="10.0.0.5", gatekeeperIdentifier="other")
IDENTITY = Identity("h323d", homeAt(US), 1719, 1720, 1300, Elsewhere((OTHER,)))
ALONE = Identity("h323d", homeAt(US))
REQUEST = rrq(7, "10.0.0.9")


def test_amongDestinationsItHasOneAddress() -> None:
    assert IDENTITY.signalling == TransportAddress(US, 1720)


def test_anAskerIsToldTheAddressThatItReaches() -> None:
    home = IDENTITY.towards(RASRequest(REQUEST, THERE, b"", False))
    assert home.told == US
    assert IDENTITY.told(IDENTITY.signalling, home) == TransportAddress(US, 1720)
    assert IDENTITY.told(THERE, home) == THERE


@pytest.mark.parametrize(
    ("host", "port", "signalling", "ras", "secure"),
    [
        (US, 1720, True, False, False),
        (US, 1719, False, True, False),
        (US, 1300, False, False, True),
        (US, 5060, False, False, False),
        ("10.0.0.9", 1720, False, False, False),
        ("10.0.0.9", 1719, False, False, False),
    ],
)
def test_whatIsOursHasOurAddressAndItsPort(
    host: str, port: int, signalling: bool, ras: bool, secure: bool
) -> None:
    address = TransportAddress(host, port)
    assert (
        IDENTITY.isOurSignalling(address),
        IDENTITY.isOurRAS(address),
        IDENTITY.isOurSecure(address),
    ) == (signalling, ras, secure)


def test_aRejectTellsWhoWeAre() -> None:
    reject = IDENTITY.reject(REQUEST, "fullRegistrationRequired")
    assert (reject.name, reject.requestSeqNum) == ("registrationReject", 7)
    assert reasonOf(reject) == "fullRegistrationRequired"
    assert reject.fields["gatekeeperIdentifier"] == "h323d"
    assert "altGKInfo" not in reject.fields


@pytest.mark.parametrize("permanent", [False, True])
def test_whoIsRefusedForWantOfResourcesIsSentToOthers(permanent: bool) -> None:
    told = IDENTITY.elsewhere("resourceUnavailable", permanent)["altGKInfo"]
    assert [each["gatekeeperIdentifier"] for each in told["alternateGatekeeper"]] == ["other"]
    assert told["altGKisPermanent"] is permanent


def test_otherReasonsSendNobodyAnywhere() -> None:
    assert IDENTITY.elsewhere("securityDenial") == {}
    assert ALONE.elsewhere("resourceUnavailable") == {}
    assert ALONE.alternates == ()


def test_theAlternatesAreAsTheyAreNow() -> None:
    others = Elsewhere((OTHER,))
    identity = Identity("h323d", homeAt(US), others=others)
    others.reconfigure(())
    reject = identity.reject(REQUEST, "resourceUnavailable")
    assert isinstance(reject, RASMessage)
    assert "altGKInfo" not in reject.fields
