"""
What an endpoint says of itself in GRQ, RRQ and IRR.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from h323d.gatekeeper.ras.selfdescription import prefixesOf
from h323d.h323.ras.messages import PROTOCOL_IDENTIFIER, RASMessage, encodeRAS
from h323d.h323.ras.profile import (
    EndpointProfile,
    discoveryFields,
    endpointType,
    informationFields,
    registrationFields,
)
from h323d.h323.signalling.addresses import aliasesFromParties, transportToValue
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

RAS, SIGNALLING = TransportAddress("10.0.0.2", 1719), TransportAddress("10.0.0.2", 1720)
ANNA = (PartyAddress(AddressKind.H323_ID, "anna"),)
BARE = EndpointProfile(SIGNALLING)
FULL = replace(BARE, aliases=ANNA, gatekeeperIdentifier="h323d", product="Box 1")


@pytest.mark.parametrize(("kind", "mc"), [("terminal", False), ("gateway", False), ("mcu", True)])
def test_onlyAnMCUHasAnMC(kind: str, mc: bool) -> None:
    told = endpointType(replace(FULL, kind=kind))
    assert (told[kind], told["mc"]) == ({}, mc)
    assert told["vendor"]["productId"] == b"Box 1"


@pytest.mark.parametrize("kind", ["gateway", "mcu"])
def test_theNumbersThatAreServedAreTold(kind: str) -> None:
    told = endpointType(replace(FULL, kind=kind, prefixes=("49", "0")))
    assert [name for name, _ in told[kind]["protocol"]] == ["voice", "h323"]
    assert prefixesOf(told) == ("49", "0")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("gateway", "voiceGwCallsAvailable"),
        ("mcu", "mcuCallsAvailable"),
        ("terminal", "terminalCallsAvailable"),
    ],
)
def test_howManyCallsThereCanBeIsToldByWhoKnows(kind: str, said: str) -> None:
    told = registrationFields(replace(FULL, kind=kind, capacity=30), RAS, keepAlive=False)
    assert told["capacity"] == {"maximumCallCapacity": {said: [{"calls": 30}]}}
    assert "capacity" not in registrationFields(FULL, RAS, keepAlive=False)


def test_aDiscoveryNamesWhomItMeansAndWhoAsks() -> None:
    fields = discoveryFields(FULL, RAS)
    assert fields["protocolIdentifier"] == PROTOCOL_IDENTIFIER
    assert fields["rasAddress"] == transportToValue(RAS)
    assert fields["gatekeeperIdentifier"] == "h323d"
    assert fields["endpointAlias"] == aliasesFromParties(ANNA)


def test_whoMeansAnybodyNamesNobody() -> None:
    fields = discoveryFields(BARE, RAS)
    assert "gatekeeperIdentifier" not in fields
    assert "endpointAlias" not in fields


@pytest.mark.parametrize("keepAlive", [False, True])
def test_aRegistrationSaysWhereCallsGoAndForHowLong(keepAlive: bool) -> None:
    fields = registrationFields(FULL, RAS, keepAlive)
    assert fields["callSignalAddress"] == [transportToValue(SIGNALLING)]
    assert fields["rasAddress"] == [transportToValue(RAS)]
    assert (fields["timeToLive"], fields["keepAlive"]) == (300, keepAlive)
    assert ("usageReportingCapability" in fields) is not keepAlive


def test_aReportHasCallsWhereThereAreAny() -> None:
    call = {"callReferenceValue": 1}
    some = informationFields(FULL, RAS, "e1", [call])
    assert (some["endpointIdentifier"], some["perCallInfo"]) == ("e1", [call])
    assert some["endpointAlias"] == aliasesFromParties(ANNA)
    none = informationFields(BARE, RAS, "e1", [])
    assert "perCallInfo" not in none
    assert "endpointAlias" not in none


@pytest.mark.parametrize("profile", [BARE, FULL])
def test_allOfItCanBeSent(profile: EndpointProfile) -> None:
    number = {"requestSeqNum": 1}
    for name, fields in (
        ("gatekeeperRequest", discoveryFields(profile, RAS)),
        ("registrationRequest", registrationFields(profile, RAS, False)),
        ("registrationRequest", registrationFields(profile, RAS, True)),
        (
            "infoRequestResponse",
            informationFields(profile, RAS, "e1", []) | {"callReferenceValue": 0},
        ),
    ):
        fields.pop("callReferenceValue", None)
        assert encodeRAS(RASMessage(name, fields | number))
