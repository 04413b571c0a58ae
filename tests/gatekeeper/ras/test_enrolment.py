"""
GRQ, RRQ and URQ, each from the octets of the request to those of the answer.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred

from h323d.call.applications import Admission, Door, Reason, Refusal
from h323d.events.gatekeeper import EndpointRegistered, EndpointUnregistered
from h323d.gatekeeper.alternates import AlternateConfig
from h323d.gatekeeper.config import AliasConflict, PreGranted
from h323d.gatekeeper.registry.registrations import GRACE, EndpointKind
from h323d.h323.ras.channel import DISCOVERY_GROUP
from h323d.h323.ras.messages import reasonOf, usableAddresses
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from tests.support.fakegate import FakeGate
from tests.support.lease import Lease
from tests.support.ras import GATEKEEPER, arq, at, gateway, grq, keepAlive, rrq, urq

ANNA = ("h323-ID", "anna")
BERT = ("dialledDigits", "1002")
NUMBER = ("dialledDigits", "1001")


# --- discovery


def test_aGRQByUnicastIsConfirmed(world: Any) -> None:
    confirm = world.peer("10.0.0.2").ask(grq(9, "10.0.0.2"))
    assert confirm.name == "gatekeeperConfirm"
    assert confirm.fields["requestSeqNum"] == 9
    assert confirm.fields["gatekeeperIdentifier"] == "h323d"
    assert confirm.fields["protocolIdentifier"] == (0, 0, 8, 2250, 0, 7)


def test_aGRQByMulticastIsConfirmedFromTheRASPort(world: Any) -> None:
    peer = world.peer("10.0.0.2")
    peer.send(grq(1, "10.0.0.2"), DISCOVERY_GROUP)
    world.clock.advance(0.01)
    world.clock.advance(0.01)
    ((_, source),) = peer.received
    assert source == GATEKEEPER


def test_aGRQForAnotherGatekeeperIsRejectedByUnicastOnly(world: Any) -> None:
    peer = world.peer("10.0.0.2")
    request = grq(1, "10.0.0.2", gatekeeperIdentifier="other")
    assert reasonOf(peer.ask(request)) == "terminalExcluded"
    peer.received.clear()
    peer.send(grq(2, "10.0.0.2", gatekeeperIdentifier="other"), DISCOVERY_GROUP)
    world.clock.pump([0.01] * 5)
    assert peer.received == []


def test_aGRQNamingUsFilledUpWithNULsIsForUs(world: Any) -> None:
    request = grq(1, "10.0.0.2", gatekeeperIdentifier="h323d" + "\0" * 20)
    assert world.peer("10.0.0.2").ask(request).name == "gatekeeperConfirm"


def test_noPacketReachesTheAddressThatAGRQNames(world: Any) -> None:
    victim = world.peer("10.0.0.66")
    attacker = world.peer("10.0.0.2")
    answer = attacker.ask(grq(1, "10.0.0.66"))
    assert answer.name == "gatekeeperConfirm"
    assert victim.received == []


def test_theAnswerToAGRQIsLittleLongerThanTheGRQ(world: Any) -> None:
    sent: list[int] = []
    world.network.observers.append(lambda kind, source, there, data: sent.append(len(data)))
    world.peer("10.0.0.2").ask(grq(1, "10.0.0.2"))
    request, answer = sent
    assert answer <= 3 * request


# --- versions


@pytest.mark.parametrize("version", [2, 3, 4, 5, 6, 7, 8])
def test_everyVersionFromTheSecondOnCanRegister(world: Any, version: int) -> None:
    oid = (0, 0, 8, 2250, 0, version)
    answer = world.peer("10.0.0.2").ask(rrq(1, "10.0.0.2", protocolIdentifier=oid))
    assert answer.name == "registrationConfirm"
    assert world.zone.registrations()[0].version == version


def test_theFirstVersionCannot(world: Any) -> None:
    peer = world.peer("10.0.0.2")
    oid = (0, 0, 8, 2250, 0, 1)
    answers = [
        peer.ask(grq(1, "10.0.0.2", protocolIdentifier=oid)),
        peer.ask(rrq(2, "10.0.0.2", protocolIdentifier=oid)),
    ]
    assert [reasonOf(each) for each in answers] == ["invalidRevision"] * 2


def test_anIdentifierThatIsNoneOfH225IsLetPass(world: Any) -> None:
    answer = world.peer("10.0.0.2").ask(rrq(1, "10.0.0.2", protocolIdentifier=(1, 3, 6)))
    assert answer.name == "registrationConfirm"


# --- full registration


def test_aFullRRQIsEnteredAndConfirmed(world: Any) -> None:
    vendor = {
        "vendor": {"t35CountryCode": 1, "t35Extension": 0, "manufacturerCode": 2},
        "productId": b"Phone\x00\x1b[31m 2000",
    }
    mcu = {"mcu": {}, "mc": True, "undefinedNode": False}
    answer = world.peer("10.0.0.2").ask(
        rrq(5, "10.0.0.2", ANNA, NUMBER, endpointVendor=vendor, terminalType=mcu, timeToLive=60)
    )
    assert answer.name == "registrationConfirm"
    assert answer.fields["terminalAlias"] == [ANNA, NUMBER]
    assert answer.fields["timeToLive"] == 60
    assert answer.fields["callSignalAddress"] == [at("10.0.0.1", 1720)]
    (registration,) = world.zone.registrations()
    assert registration.endpointId == answer.fields["endpointIdentifier"]
    assert registration.source == TransportAddress("10.0.0.2", 1719)
    assert registration.kind is EndpointKind.MCU
    assert registration.product == "Phone[31m 2000"
    assert registration.aliases == (
        PartyAddress(AddressKind.H323_ID, "anna"),
        PartyAddress(AddressKind.DIALLED_DIGITS, "1001"),
    )
    assert world.told(EndpointRegistered)[0].timeToLive == 60


@pytest.mark.parametrize(
    ("wanted", "granted"), [(None, 300), (120, 120), (1, 10), (3600, 300), ((1 << 32) - 1, 300)]
)
def test_theTimeToLiveIsWhatWasAskedWithinOurBounds(
    world: Any, wanted: int | None, granted: int
) -> None:
    more = {} if wanted is None else {"timeToLive": wanted}
    answer = world.peer("10.0.0.2").ask(rrq(1, "10.0.0.2", **more))
    assert answer.fields["timeToLive"] == granted


INVALID = [
    at("0.0.0.0", 1719),
    at("224.0.1.41", 1719),
    at("255.255.255.255", 1719),
    at("10.0.0.2", 0),
    at("ff02::1", 1719),
    at("::", 1719),
    ("nsap", b"\x01"),
    ("netBios", bytes(16)),
]


def test_anRRQWithOnlyInvalidRASAddressesIsRejected(world: Any) -> None:
    peer = world.peer("10.0.0.2")
    assert reasonOf(peer.ask(rrq(1, "10.0.0.2", rasAddress=INVALID))) == "invalidRASAddress"
    assert reasonOf(peer.ask(rrq(2, "10.0.0.2", rasAddress=[]))) == "invalidRASAddress"
    assert world.zone.registrations() == ()


def test_anRRQWithOnlyInvalidSignallingAddressesIsRejected(world: Any) -> None:
    answer = world.peer("10.0.0.2").ask(rrq(1, "10.0.0.2", callSignalAddress=INVALID))
    assert reasonOf(answer) == "invalidCallSignalAddress"


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "169.254.1.1"])
def test_nobodyRegistersAPlaceOnOurMachineWhoIsNotThere(world: Any, host: str) -> None:
    peer = world.peer("10.0.0.2")
    there = at(host, 2222)
    answer = peer.ask(rrq(1, "10.0.0.2", BERT, callSignalAddress=[there]))
    assert reasonOf(answer) == "invalidCallSignalAddress"
    peer.ask(rrq(2, "10.0.0.2", BERT, callSignalAddress=[there, at("10.0.0.2", 1720)]))
    (registration,) = world.zone.registry
    assert [str(each) for each in registration.signalling] == ["10.0.0.2:1720"]


def test_theValidAddressesAmongInvalidOnesCount() -> None:
    values = [*INVALID, at("10.0.0.3", 5), at("10.0.0.3", 5), at("fe80::1", 6)]
    assert usableAddresses(values) == (
        TransportAddress("10.0.0.3", 5),
        TransportAddress("fe80::1", 6),
    )


def test_aThousandRASAddressesAreOneRegistration(world: Any) -> None:
    many = [at(f"10.9.{n // 250}.{n % 250}", 1719) for n in range(1000)]
    answer = world.peer("10.0.0.2").ask(rrq(1, "10.0.0.2", rasAddress=many))
    assert answer.name == "registrationConfirm"
    assert len(world.zone.registrations()[0].ras) == 16


def test_aThousandAliasesAreTooMany(world: Any) -> None:
    many = [("dialledDigits", str(number)) for number in range(1000)]
    answer = world.peer("10.0.0.2").ask(rrq(1, "10.0.0.2", *many))
    assert reasonOf(answer) == "resourceUnavailable"
    assert world.zone.registrations() == ()


def test_aNameThatOurRoomsServeCannotBeRegistered(world: Any) -> None:
    room = ("dialledDigits", "80001")
    answer = world.peer("10.0.0.2").ask(rrq(1, "10.0.0.2", ANNA, room))
    assert answer.fields["rejectReason"] == ("duplicateAlias", [room])


def test_aNameOfAnotherIsRejectedByItsName(world: Any) -> None:
    world.registered("10.0.0.2", ANNA, NUMBER)
    answer = world.peer("10.0.0.3").ask(rrq(1, "10.0.0.3", ("h323-ID", "bert"), NUMBER))
    assert answer.fields["rejectReason"] == ("duplicateAlias", [NUMBER])
    assert len(world.zone.registrations()) == 1


def test_aNameOfAnotherIsTakenOverIfSoConfigured(makeWorld: Any) -> None:
    world = makeWorld(aliasConflict=AliasConflict.REPLACE)
    world.registered("10.0.0.2", ANNA)
    world.registered("10.0.0.3", ANNA)
    (registration,) = world.zone.registrations()
    assert registration.source.host == "10.0.0.3"


def test_anEndpointThatStartsAnewKeepsItsIdentifier(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    peer.port.close()
    again = world.peer("10.0.0.2", 40000).ask(rrq(1, "10.0.0.2", ANNA))
    assert again.fields["endpointIdentifier"] == endpointId
    assert world.zone.registrations()[0].source.port == 40000


def test_anotherHostCannotTakeASignallingAddressOver(world: Any) -> None:
    world.registered("10.0.0.2", ANNA)
    answer = world.peer("10.0.0.66").ask(rrq(1, "10.0.0.2"))
    assert reasonOf(answer) == "invalidCallSignalAddress"
    assert world.zone.registrations()[0].source.host == "10.0.0.2"


def test_anRRQWithTheIdentifierOfAnotherIsRejected(world: Any) -> None:
    _, endpointId = world.registered("10.0.0.2", ANNA)
    answer = world.peer("10.0.0.66").ask(rrq(1, "10.0.0.66", endpointIdentifier=endpointId))
    assert reasonOf(answer) == "fullRegistrationRequired"
    assert world.zone.registrations()[0].source.host == "10.0.0.2"


def test_anRRQWithAnIdentifierFromBeforeOurRestartRegisters(world: Any) -> None:
    answer = world.peer("10.0.0.2").ask(rrq(1, "10.0.0.2", endpointIdentifier="long gone"))
    assert answer.name == "registrationConfirm"


def test_whoWasRegisteredBeforeGetsItsIdentifierAgain(world: Any) -> None:
    """
    H323Plus uses no other from then on.
    """
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    peer.ask(urq(2, "10.0.0.2", endpointIdentifier=endpointId))
    answer = peer.ask(rrq(9, "10.0.0.2", ANNA, endpointIdentifier=endpointId))
    assert answer.fields["endpointIdentifier"] == endpointId
    assert world.zone.registry.byId(endpointId).aliases == (PartyAddress(*_named(ANNA)),)


@pytest.mark.parametrize("mine", ["anna", "", "ABCDEF0123456789", "0" * 17])
def test_butNobodyMakesOneUp(world: Any, mine: str) -> None:
    peer = world.peer("10.0.0.2")
    fields = {"endpointIdentifier": mine} if mine else {}
    answer = peer.ask(rrq(9, "10.0.0.2", ANNA, **fields))
    assert answer.fields["endpointIdentifier"] != mine


def _named(alias: tuple[str, str]) -> tuple[AddressKind, str]:
    return AddressKind(alias[0]), alias[1]


def test_anRRQForAnotherGatekeeperMustDiscover(world: Any) -> None:
    answer = world.peer("10.0.0.2").ask(rrq(1, "10.0.0.2", gatekeeperIdentifier="other"))
    assert reasonOf(answer) == "discoveryRequired"


def test_anAdditiveRRQAddsNamesAndKeepsTheOthers(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    answer = peer.ask(
        rrq(9, "10.0.0.2", NUMBER, additiveRegistration=None, endpointIdentifier=endpointId)
    )
    assert answer.name == "registrationConfirm"
    assert answer.fields["terminalAlias"] == [ANNA, NUMBER]
    assert "supportsAdditiveRegistration" in answer.fields
    (registration,) = world.zone.registrations()
    assert [str(each) for each in registration.aliases] == ["anna", "1001"]


def test_anAdditiveRRQAddsPrefixes(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2", ANNA, terminalType=gateway("9"))
    more = {"additiveRegistration": None, "endpointIdentifier": endpointId}
    answer = peer.ask(rrq(9, "10.0.0.2", terminalType=gateway("9", "00"), **more))
    assert [each["prefix"] for each in answer.fields["supportedPrefixes"]] == [
        ("dialledDigits", "9"),
        ("dialledDigits", "00"),
    ]
    assert world.zone.registry.byPrefix("0049")[0].endpointId == endpointId


def test_anAdditiveRRQOfNobodyMustBeAFullOne(world: Any) -> None:
    answer = world.peer("10.0.0.2").ask(rrq(1, "10.0.0.2", additiveRegistration=None))
    assert reasonOf(answer) == "fullRegistrationRequired"


def test_nobodyAddsANameToTheRegistrationOfAnother(world: Any) -> None:
    _, endpointId = world.registered("10.0.0.2", ANNA)
    more = {"additiveRegistration": None, "endpointIdentifier": endpointId}
    answer = world.peer("10.0.0.3").ask(rrq(1, "10.0.0.3", NUMBER, **more))
    assert reasonOf(answer) == "fullRegistrationRequired"
    assert [str(each) for each in world.zone.registrations()[0].aliases] == ["anna"]


@pytest.mark.parametrize(
    ("alias", "reason"),
    [(("dialledDigits", "1002"), "duplicateAlias"), (("dialledDigits", "80000"), "duplicateAlias")],
)
def test_whatAnotherHasCannotBeAdded(world: Any, alias: Any, reason: str) -> None:
    world.registered("10.0.0.3", ("dialledDigits", "1002"))
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    more = {"additiveRegistration": None, "endpointIdentifier": endpointId}
    assert reasonOf(peer.ask(rrq(9, "10.0.0.2", alias, **more))) == reason
    assert len(world.zone.registry.byId(endpointId).aliases) == 1


def test_namesCannotBeAddedWithoutEnd(makeWorld: Any) -> None:
    world = makeWorld(maxAliases=2)
    peer, endpointId = world.registered("10.0.0.2", ANNA, NUMBER)
    more = {"additiveRegistration": None, "endpointIdentifier": endpointId}
    answer = peer.ask(rrq(9, "10.0.0.2", ("h323-ID", "anne"), **more))
    assert reasonOf(answer) == "resourceUnavailable"


# --- gateways


def test_aGatewayIsFoundByThePrefixesOfAllItsProtocols(world: Any) -> None:
    terminalType = {
        "gateway": {
            "protocol": [
                ("h323", {"supportedPrefixes": [{"prefix": ("dialledDigits", "9")}]}),
                ("voice", {"supportedPrefixes": [{"prefix": ("dialledDigits", "00")}]}),
                ("sip", {"supportedPrefixes": [{"prefix": ("dialledDigits", "9")}]}),
            ]
        },
        "mc": False,
        "undefinedNode": False,
    }
    _, endpointId = world.registered("10.0.0.2", ANNA, terminalType=terminalType)
    (registration,) = world.zone.registrations()
    assert registration.prefixes == ("9", "00")
    assert world.zone.registry.byPrefix("90")[0].endpointId == endpointId


def test_aGatewayWithTooManyPrefixesIsRefused(makeWorld: Any) -> None:
    world = makeWorld(maxAliases=2)
    answer = world.peer("10.0.0.2").ask(rrq(1, "10.0.0.2", terminalType=gateway("1", "2", "3")))
    assert reasonOf(answer) == "resourceUnavailable"


def test_aFullTableLosesNobody(makeWorld: Any) -> None:
    world = makeWorld(maxRegistrations=2)
    for number in (2, 3):
        world.registered(f"10.0.0.{number}", ("dialledDigits", f"100{number}"))
    answer = world.peer("10.0.0.4").ask(rrq(1, "10.0.0.4", ANNA))
    assert reasonOf(answer) == "resourceUnavailable"
    assert len(world.zone.registrations()) == 2


# --- names of every kind


@pytest.mark.parametrize(
    "alias",
    [
        ("dialledDigits", "12#*"),
        ("h323-ID", "\u00e4nne"),
        ("url-ID", "h323:anna@example.org"),
        ("email-ID", "anna@example.org"),
        ("transportID", at("10.0.0.2", 1720)),
        (
            "partyNumber",
            (
                "e164Number",
                {"publicTypeOfNumber": ("unknown", None), "publicNumberDigits": "4930123"},
            ),
        ),
    ],
)
def test_aNameOfEveryKindCanBeRegisteredAndCalled(world: Any, alias: Any) -> None:
    _, anna = world.registered("10.0.0.2", alias)
    assert world.zone.registry.byId(anna).aliases != ()
    bert, endpointId = world.registered("10.0.0.3", ("h323-ID", "bert"))
    answer = bert.ask(arq(9, endpointId, alias))
    assert answer.fields["destCallSignalAddress"] == at("10.0.0.2", 1720)


# --- calls granted beforehand


def test_whoRegistersIsGrantedNoCallsBeforehand(world: Any) -> None:
    answer = world.peer("10.0.0.2").ask(rrq(1, "10.0.0.2", ANNA))
    assert "preGrantedARQ" not in answer.fields


def test_whoRegistersIsToldWhichCallsAreGrantedBeforehand(makeWorld: Any) -> None:
    world = makeWorld(preGrantedCalls=PreGranted.ANSWER, irrFrequency=60, bandwidthPerEndpoint=5000)
    answer = world.peer("10.0.0.2").ask(rrq(1, "10.0.0.2", ANNA))
    assert answer.fields["preGrantedARQ"] == {
        "makeCall": False,
        "useGKCallSignalAddressToMakeCall": False,
        "answerCall": True,
        "useGKCallSignalAddressToAnswer": False,
        "irrFrequencyInCall": 60,
        "totalBandwidthRestriction": 5000,
    }


# --- alternates


def test_everybodyIsToldOfTheAlternatesInOrder(makeWorld: Any) -> None:
    alternates = (
        AlternateConfig("10.0.0.9", "second", needToRegister=False, priority=5),
        AlternateConfig("10.0.0.8:1800", priority=1),
    )
    world = makeWorld(alternates=alternates)
    peer = world.peer("10.0.0.2")
    names = [("h323-ID", "an endpoint that has a name"), NUMBER]
    for request in (grq(1, "10.0.0.2", endpointAlias=names), rrq(2, "10.0.0.2", ANNA)):
        assert peer.ask(request).fields["alternateGatekeeper"] == [
            {"rasAddress": at("10.0.0.8", 1800), "needToRegister": True, "priority": 1},
            {
                "rasAddress": at("10.0.0.9", 1719),
                "gatekeeperIdentifier": "second",
                "needToRegister": False,
                "priority": 5,
            },
        ]


@pytest.mark.parametrize(("length", "told"), [(0, 0), (20, 2), (100, 8)])
def test_theAnswerToAGRQNamesAsManyAlternatesAsItHasPlaceFor(
    makeWorld: Any, length: int, told: int
) -> None:
    world = makeWorld(alternates=tuple(AlternateConfig(f"10.0.1.{each}") for each in range(1, 9)))
    sent: list[int] = []
    world.network.observers.append(lambda kind, source, there, data: sent.append(len(data)))
    more = {"endpointAlias": [("h323-ID", "x" * length)]} if length else {}
    answer = world.peer("10.0.0.2").ask(grq(1, "10.0.0.2", **more))
    assert len(answer.fields.get("alternateGatekeeper", ())) >= told
    assert sent[1] <= 3 * sent[0]


def test_whoFindsNoPlaceIsToldWhereElseToTry(makeWorld: Any) -> None:
    world = makeWorld(maxRegistrations=1, alternates=(AlternateConfig("10.0.0.9"),))
    world.registered("10.0.0.2", ANNA)
    answer = world.peer("10.0.0.3").ask(rrq(1, "10.0.0.3", NUMBER))
    (alternate,) = answer.fields["altGKInfo"]["alternateGatekeeper"]
    assert alternate["rasAddress"] == at("10.0.0.9", 1719)


def test_whoIsRefusedForGoodIsNotSentElsewhere(makeWorld: Any) -> None:
    world = makeWorld(alternates=(AlternateConfig("10.0.0.9"),))
    world.registered("10.0.0.2", ANNA)
    answer = world.peer("10.0.0.3").ask(rrq(1, "10.0.0.3", ANNA))
    assert reasonOf(answer) == "duplicateAlias"
    assert "altGKInfo" not in answer.fields


def test_aFullTableRefusesTheNextAndKeepsTheOthers(makeWorld: Any) -> None:
    world = makeWorld(maxRegistrations=2)
    world.registered("10.0.0.2")
    world.registered("10.0.0.3")
    answer = world.peer("10.0.0.4").ask(rrq(1, "10.0.0.4"))
    assert reasonOf(answer) == "resourceUnavailable"
    assert len(world.zone.registrations()) == 2


def test_aRestartEndsTheCallsOfBefore(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    peer.ask(arq(7, endpointId, ("dialledDigits", "80001")))
    assert len(world.zone.admissions) == 1
    peer.ask(rrq(8, "10.0.0.2", restart=None))
    assert len(world.zone.admissions) == 0


# --- renewal


def test_aKeepAliveExtendsTheRegistration(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2", ANNA, timeToLive=30)
    world.clock.advance(25)
    answer = peer.ask(keepAlive(2, "10.0.0.2", endpointId, timeToLive=30))
    assert answer.name == "registrationConfirm"
    assert answer.fields["timeToLive"] == 30
    assert "terminalAlias" not in answer.fields  # it would replace the endpoint's names
    world.clock.advance(25 + GRACE)
    assert world.zone.registrations()[0].aliases == (PartyAddress(AddressKind.H323_ID, "anna"),)


def test_withoutRenewalTheRegistrationExpiresAndHasToBeMadeAgain(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2", ANNA, timeToLive=30)
    world.clock.advance(30 + GRACE + 1)
    assert world.zone.registrations() == ()
    assert world.told(EndpointUnregistered)[0].reason == "expired"
    world.clock.advance(0.1)
    peer.received.clear()  # of the URQ
    answer = peer.ask(keepAlive(2, "10.0.0.2", endpointId))
    assert reasonOf(answer) == "fullRegistrationRequired"
    assert peer.ask(rrq(3, "10.0.0.2", ANNA)).name == "registrationConfirm"


@pytest.mark.parametrize(("host", "port"), [("10.0.0.66", 1719), ("10.0.0.2", 40000)])
def test_aKeepAliveFromElsewhereIsRefused(world: Any, host: str, port: int) -> None:
    _, endpointId = world.registered("10.0.0.2", timeToLive=30)
    answer = world.peer(host, port).ask(keepAlive(2, "10.0.0.2", endpointId))
    assert reasonOf(answer) == "fullRegistrationRequired"
    world.clock.advance(30 + GRACE + 1)
    assert world.zone.registrations() == ()


def test_aKeepAliveWithoutAnIdentifierIsRefused(world: Any) -> None:
    peer, _ = world.registered("10.0.0.2")
    assert reasonOf(peer.ask(rrq(2, "10.0.0.2", keepAlive=True))) == "fullRegistrationRequired"


# --- leaving


def test_aURQEndsTheRegistration(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    answer = peer.ask(urq(2, "10.0.0.2", endpointIdentifier=endpointId))
    assert answer.name == "unregistrationConfirm"
    assert world.zone.registrations() == ()
    assert world.told(EndpointUnregistered)[0].reason == "request"


def test_aURQWithoutAnIdentifierGoesByTheSignallingAddress(world: Any) -> None:
    peer, _ = world.registered("10.0.0.2", ANNA)
    assert peer.ask(urq(2, "10.0.0.2")).name == "unregistrationConfirm"


def test_anEndpointThatLeavesAndStartsAnewAtOnceIsRegistered(world: Any) -> None:
    # chan_ooh323 counts from 1 after each start, and sends the same octets.
    peer = world.peer("10.0.0.2")
    first = peer.ask(rrq(1, "10.0.0.2", ANNA))
    left = peer.ask(urq(2, "10.0.0.2"))
    again = peer.ask(rrq(1, "10.0.0.2", ANNA))
    assert left.name == "unregistrationConfirm"
    assert len(world.zone.registrations()) == 1
    assert first.fields["endpointIdentifier"] != again.fields["endpointIdentifier"]


def test_theRepetitionOfAURQIsConfirmedToo(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    request = urq(2, "10.0.0.2", endpointIdentifier=endpointId)
    assert peer.ask(request) == peer.ask(request)


def test_aSpoofedURQIsRefused(world: Any) -> None:
    _, endpointId = world.registered("10.0.0.5", ANNA)
    attacker = world.peer("10.0.0.6")
    answers = [
        attacker.ask(urq(1, "10.0.0.5", endpointIdentifier=endpointId)),
        attacker.ask(urq(2, "10.0.0.5")),
    ]
    assert [reasonOf(each) for each in answers] == ["permissionDenied"] * 2
    assert len(world.zone.registrations()) == 1


def test_aURQOfAStrangerIsRefused(world: Any) -> None:
    peer = world.peer("10.0.0.2")
    answers = [
        peer.ask(urq(1, "10.0.0.2")),
        peer.ask(urq(2, "10.0.0.2", endpointIdentifier="guess")),
        peer.ask(urq(3, "10.0.0.2", callSignalAddress=[])),
    ]
    assert [reasonOf(each) for each in answers] == ["notCurrentlyRegistered"] * 3


def test_alternateEndpointsOfARegistrationDoNoHarm(world: Any) -> None:
    others = [{"callSignalAddress": [at("10.0.0.99", 1720)], "aliasAddress": [BERT]}, {}]
    peer, endpointId = world.registered("10.0.0.2", ANNA, alternateEndpoints=others)
    (registration,) = world.zone.registrations()
    assert [str(each) for each in registration.signalling] == ["10.0.0.2:1720"]
    refused = peer.ask(arq(2, endpointId, BERT))
    assert reasonOf(refused) == "calledPartyNotRegistered"


# --- the gates


AT_RRQ = (Door.RRQ,)


def test_aGateJudgesAnRRQ(makeWorld: Any) -> None:
    gate = FakeGate(Admission(), AT_RRQ)
    peer, endpointId = makeWorld(gates=(gate,)).registered("10.0.0.2", ANNA)
    (application,) = gate.judged
    assert (application.party, str(application.source)) == ("", "10.0.0.2:1719")
    assert [str(each) for each in application.calling] == ["anna"]
    peer.ask(keepAlive(2, "10.0.0.2", endpointId))
    assert gate.judged[1].party == endpointId


def test_aGateIsNotToldThatSomebodyIsWhoTheySayTheyAre(makeWorld: Any) -> None:
    gate = FakeGate(Admission(), AT_RRQ)
    world = makeWorld(gates=(gate,))
    _, endpointId = world.registered("10.0.0.2", ANNA)
    world.peer("10.0.0.66").ask(rrq(1, "10.0.0.66", ANNA, endpointIdentifier=endpointId))
    assert gate.judged[1].party == ""


def test_whoKeepsAliveWhatThereIsNotRegistersAgainWhateverTheyProve(makeWorld: Any) -> None:
    gate = FakeGate(Refusal.of(Reason.INVALID_SIGNATURE), AT_RRQ)
    answer = makeWorld(gates=(gate,)).peer("10.0.0.2").ask(keepAlive(1, "10.0.0.2", "e1"))
    assert (reasonOf(answer), gate.judged) == ("fullRegistrationRequired", [])


def test_anRRQThatAGateRefusesIsRejectedByItsReason(makeWorld: Any) -> None:
    world = makeWorld(gates=(FakeGate(Refusal.of(Reason.NOT_REGISTERED), AT_RRQ),))
    assert reasonOf(world.peer("10.0.0.2").ask(rrq(1, "10.0.0.2", ANNA))) == "securityDenial"
    assert world.zone.registrations() == ()


def test_whoIsRefusedForWantOfResourcesIsToldOfAlternates(makeWorld: Any) -> None:
    world = makeWorld(
        gates=(FakeGate(Refusal.of(Reason.CAPACITY_EXCEEDED), AT_RRQ),),
        alternates=(AlternateConfig("10.0.0.9"),),
    )
    answer = world.peer("10.0.0.2").ask(rrq(1, "10.0.0.2", ANNA))
    assert (reasonOf(answer), "altGKInfo" in answer.fields) == ("resourceUnavailable", True)


def test_anRRQWaitsForAGateThatTakesItsTime(makeWorld: Any) -> None:
    slow: Deferred[Admission] = Deferred()
    world = makeWorld(gates=(FakeGate(slow, AT_RRQ),))
    peer = world.peer("10.0.0.2")
    peer.send(rrq(1, "10.0.0.2", ANNA))
    world.clock.pump([0.1] * 17)
    assert world.zone.registrations() == ()
    slow.callback(Admission())
    world.clock.advance(0.1)
    assert [each.name for each in peer.messages()] == ["requestInProgress", "registrationConfirm"]


@pytest.mark.parametrize(("alias", "ends"), [(ANNA, 0), (("dialledDigits", "80001"), 1)])
def test_whatAGateKeepsEndsWithTheRegistration(makeWorld: Any, alias: Any, ends: int) -> None:
    lease = Lease()
    world = makeWorld(gates=(FakeGate(Admission(leases=(lease,)), AT_RRQ),))
    peer = world.peer("10.0.0.2")
    peer.ask(rrq(1, "10.0.0.2", alias))
    assert lease.ends == ends
    peer.ask(urq(2, "10.0.0.2"))
    assert lease.ends == 1
