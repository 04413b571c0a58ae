from __future__ import annotations

import pytest

from h323d.events.gatekeeper import EndpointRegistered, EndpointUnregistered
from h323d.gatekeeper.config import AliasConflict
from h323d.gatekeeper.registry.registrations import (
    GRACE,
    AddressTaken,
    AliasesTaken,
    Registration,
    RegistryFull,
    UnregisterReason,
)
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from tests.support.memory import heldBy
from tests.support.registrations import Table, endpoint, name


def test_anEndpointIsFoundByAllItsNamesAndAddresses() -> None:
    table = Table().registry
    anna = table.register(endpoint(1, "anna", "anne"))
    assert table.byId("endpoint1") is anna
    assert table.byAlias(name("anna")) is anna
    assert table.byAlias(name("anne")) is anna
    assert table.bySignalling(anna.signalling[0]) is anna
    assert list(table) == [anna]


def test_thePhonesOfANameAreFoundWhateverKindOfNameItIs() -> None:
    table = Table(aliasConflict=AliasConflict.ADDITIVE).registry
    table.register(endpoint(1, "1002"))
    phones = [table.register(endpoint(each, "1002", protocol="sip")) for each in (2, 3)]
    asked = PartyAddress(AddressKind.DIALLED_DIGITS, "1002")
    assert list(table.phonesOf(asked)) == phones
    assert table.phonesOf(name("nobody")) == ()


def test_itIsFoundByWhereItRegisteredFromAndOfSeveralTheLast() -> None:
    table = Table().registry
    shared = TransportAddress("10.0.0.9", 1719)
    first = table.register(endpoint(1, source=shared))
    assert table.bySource(shared) is first
    second = table.register(endpoint(2, source=shared))
    assert table.bySource(shared) is second
    table.unregister("endpoint2", UnregisterReason.REQUEST)
    assert table.bySource(shared) is None


def test_whoComesIsToldWithWhereItIs() -> None:
    table = Table()
    anna = table.registry.register(endpoint(1, "anna"))
    assert table.facts == [
        EndpointRegistered(0.0, "endpoint1", "h323", anna.signalling[0], (name("anna"),), 60)
    ]


class OneEach:
    """
    One place for each source.
    """

    def mayHold(self, table: str, host: str, held: int, total: int) -> bool:
        return held < 1


def test_aPlaceThatBecomesFreeIsItsSourcesOwn() -> None:
    table = Table(OneEach(), aliasConflict=AliasConflict.REPLACE).registry
    here, there = TransportAddress("10.0.0.2", 1719), TransportAddress("10.0.0.3", 1719)
    table.register(endpoint(1, "anna", source=here))
    table.register(endpoint(2, "bert", source=there))
    table.register(endpoint(3, "anna", source=here))
    with pytest.raises(RegistryFull):
        table.register(endpoint(4, "bert", source=here))
    assert [each.endpointId for each in table] == ["endpoint2", "endpoint3"]


def test_anAliasOfOneKindIsNotOneOfAnother() -> None:
    table = Table().registry
    table.register(endpoint(1, "1001"))
    assert table.byAlias(PartyAddress(AddressKind.DIALLED_DIGITS, "1001")) is None


def test_anEndpointThatIsGoneIsFoundByNothing() -> None:
    table = Table()
    anna = table.registry.register(endpoint(1, "anna"))
    assert table.registry.unregister("endpoint1", UnregisterReason.REQUEST) is anna
    assert table.registry.byId("endpoint1") is None
    assert table.registry.byAlias(name("anna")) is None
    assert table.registry.bySignalling(anna.signalling[0]) is None
    assert table.gone == ["endpoint1"]
    assert table.clock.getDelayedCalls() == []


def test_aRegistrationExpiresUnlessItIsRenewed() -> None:
    table = Table()
    table.registry.register(endpoint(1))
    table.registry.register(endpoint(2))
    table.clock.advance(50)
    table.registry.renew("endpoint1", 60)
    table.clock.advance(60 + GRACE - 50)
    assert [each.endpointId for each in table.registry] == ["endpoint1"]
    assert table.facts[-1] == EndpointUnregistered(60 + GRACE, "endpoint2", "expired")
    assert table.expired == ["endpoint2"]
    table.clock.advance(50)
    assert len(table.registry) == 0
    assert table.clock.getDelayedCalls() == []


def test_aRenewalMayChangeTheTimeToLive() -> None:
    table = Table()
    table.registry.register(endpoint(1))
    assert table.registry.renew("endpoint1", 20).timeToLive == 20
    table.clock.advance(20 + GRACE)
    assert len(table.registry) == 0


def test_thereIsOneTimerForAllRegistrations() -> None:
    table = Table()
    for number in range(300):
        table.registry.register(endpoint(number, timeToLive=60 + number))
    assert len(table.clock.getDelayedCalls()) == 1
    table.registry.close()
    assert table.clock.getDelayedCalls() == []


def test_aNameOfAnotherIsRejected() -> None:
    table = Table().registry
    anna = table.register(endpoint(1, "anna", "anne"))
    with pytest.raises(AliasesTaken) as caught:
        table.register(endpoint(2, "bert", "anne"))
    assert caught.value.aliases == (name("anne"),)
    assert list(table) == [anna]
    assert table.byAlias(name("bert")) is None


def test_aSignallingAddressOfAnotherIsRejected() -> None:
    table = Table().registry
    anna = table.register(endpoint(1))
    with pytest.raises(AddressTaken):
        table.register(endpoint(2, signalling=anna.signalling))


def test_whoeverIsInTheWayIsReplacedIfSoConfigured() -> None:
    table = Table(aliasConflict=AliasConflict.REPLACE)
    table.registry.register(endpoint(1, "anna", "anne"))
    table.registry.register(endpoint(2, "bert"))
    newcomer = table.registry.register(endpoint(3, "anne", "bert"))
    assert list(table.registry) == [newcomer]
    assert table.registry.byAlias(name("anna")) is None
    assert table.gone == ["endpoint1", "endpoint2"]
    reasons = [f.reason for f in table.facts if isinstance(f, EndpointUnregistered)]
    assert reasons == ["replaced", "replaced"]


def test_anEndpointCanChangeItsNames() -> None:
    table = Table()
    table.registry.register(endpoint(1, "anna", "anne"))
    table.clock.advance(5)
    changed = table.registry.register(endpoint(1, "anne", "annette"))
    assert table.registry.byAlias(name("anna")) is None
    assert table.registry.byAlias(name("annette")) is changed
    assert changed.since == 0
    assert len(table.registry) == 1
    assert table.gone == []
    assert len([f for f in table.facts if isinstance(f, EndpointRegistered)]) == 2


def test_registeringTheSameAgainIsNoNews() -> None:
    table = Table()
    table.registry.register(endpoint(1, "anna"))
    table.registry.register(endpoint(1, "anna"))
    assert len(table.facts) == 1


def test_oneMoreThanTheMaximumIsRefusedAndNobodyLosesAPlace() -> None:
    table = Table(maxRegistrations=2).registry
    table.register(endpoint(1, "anna"))
    table.register(endpoint(2, "bert"))
    with pytest.raises(RegistryFull):
        table.register(endpoint(3))
    assert [each.endpointId for each in table] == ["endpoint1", "endpoint2"]
    table.register(endpoint(2, "bertram"))


def test_aReplacementFitsIntoAFullTable() -> None:
    table = Table(maxRegistrations=1, aliasConflict=AliasConflict.REPLACE).registry
    table.register(endpoint(1, "anna"))
    table.register(endpoint(2, "anna"))
    with pytest.raises(RegistryFull):
        table.register(endpoint(3, "bert"))


def test_manyEndpointsMayShareOneRASAddress() -> None:
    table = Table().registry
    shared = (TransportAddress("10.0.0.9", 1719),)
    table.register(endpoint(1, ras=shared))
    table.register(endpoint(2, ras=shared))
    table.unregister("endpoint1", UnregisterReason.REQUEST)
    assert [each.endpointId for each in table] == ["endpoint2"]


def test_identifiersAreDrawnAndUnique() -> None:
    table = Table().registry
    drawn = {table.newEndpointId() for _ in range(100)}
    assert len(drawn) == 100
    assert all(len(each) == 16 for each in drawn)


def test_aThousandComersAndGoersLeaveNoMoreBehindThanOne() -> None:
    table = Table()
    held = []
    for number in range(1000):
        table.registry.register(endpoint(number, f"name{number}", prefixes=(str(number),)))
        table.registry.unregister(f"endpoint{number}", UnregisterReason.REQUEST)
        if number in (0, 999):
            for told in (table.facts, table.gone, table.kept):
                told.clear()
            held.append(heldBy(table.registry))
    assert held[0] == held[1]
    assert table.clock.getDelayedCalls() == []


# --- shared names


def test_severalMayHaveANameIfNamesAreShared() -> None:
    table = Table(aliasConflict=AliasConflict.ADDITIVE).registry
    anna = table.register(endpoint(1, "sales", "anna"))
    bert = table.register(endpoint(2, "sales"))
    assert table.byAlias(name("sales")) is anna
    assert table.allByAlias(name("sales")) == (anna, bert)
    assert table.allByAlias(name("anna")) == (anna,)
    assert table.allByAlias(name("carl")) == ()


def test_registeringTheSameAgainMakesNoNewObjectsThatLiveLong() -> None:
    table = Table()
    first = table.registry.register(endpoint(1, "anna"))
    again = table.registry.register(endpoint(1, "anna"))
    assert again is first
    assert table.registry.byId("endpoint1") is first
    table.registry.close()


def test_whoRegistersASharedNameAgainKeepsTheirPlace() -> None:
    table = Table(aliasConflict=AliasConflict.ADDITIVE).registry
    table.register(endpoint(1, "sales"))
    bert = table.register(endpoint(2, "sales"))
    anna = table.register(endpoint(1, "anna", "sales"))
    assert table.allByAlias(name("sales")) == (anna, bert)


def test_theNextHasASharedNameWhenTheFirstIsGone() -> None:
    table = Table(aliasConflict=AliasConflict.ADDITIVE).registry
    table.register(endpoint(1, "sales"))
    bert = table.register(endpoint(2, "sales"))
    carl = table.register(endpoint(3, "sales"))
    table.unregister("endpoint1", UnregisterReason.REQUEST)
    assert table.allByAlias(name("sales")) == (bert, carl)
    assert table.byAlias(name("sales")) is bert
    table.register(endpoint(2, "bert"))
    assert table.allByAlias(name("sales")) == (carl,)


def test_aNameThatAPasswordProvedIsNotShared() -> None:
    table = Table(aliasConflict=AliasConflict.ADDITIVE).registry
    table.register(endpoint(1, "sales", authenticated="anna"))
    with pytest.raises(AliasesTaken):
        table.register(endpoint(2, "sales"))
    table.register(endpoint(3, "sales", authenticated="anna"))


def test_aSignallingAddressIsNeverShared() -> None:
    table = Table(aliasConflict=AliasConflict.ADDITIVE).registry
    table.register(endpoint(1, "sales"))
    with pytest.raises(AddressTaken):
        table.register(endpoint(2, "sales", signalling=endpoint(1).signalling))


# --- prefixes


def test_aGatewayIsFoundByTheLongestOfThePrefixes() -> None:
    table = Table().registry
    near = table.register(endpoint(1, prefixes=("0", "0049")))
    far = table.register(endpoint(2, prefixes=("00",)))
    assert table.byPrefix("0049123") == (near,)
    assert table.byPrefix("0033123") == (far,)
    assert table.byPrefix("07") == (near,)
    assert table.byPrefix("1") == table.byPrefix("") == ()


def test_gatewaysOfOnePrefixComeOldestFirstAndExhaustedLast() -> None:
    table = Table().registry
    for number in (1, 2, 3):
        table.register(endpoint(number, prefixes=("9",)))
    table.exhaust("endpoint1", True)
    assert [each.endpointId for each in table.byPrefix("90")] == [
        "endpoint2",
        "endpoint3",
        "endpoint1",
    ]
    table.exhaust("endpoint1", False)
    assert table.byPrefix("90")[0].endpointId == "endpoint1"


def test_aPrefixGoesWithItsGateway() -> None:
    table = Table().registry
    table.register(endpoint(1, prefixes=("9", "8")))
    table.register(endpoint(1, prefixes=("8",)))
    assert table.byPrefix("9") == ()
    table.unregister("endpoint1", UnregisterReason.REQUEST)
    assert table.byPrefix("8") == ()


# --- across a restart


def test_theStoreHearsOfEveryChange() -> None:
    table = Table()
    registry = table.registry
    anna = registry.register(endpoint(1, "anna"))
    registry.register(endpoint(1, "anna"))
    assert registry.renew("endpoint1", 60).timeToLive == 60
    changed = registry.renew("endpoint1", 30)
    registry.unregister("endpoint1", UnregisterReason.REQUEST)
    assert table.kept == [
        ("keep", anna, 60 + GRACE),
        ("prolong", "endpoint1", 60 + GRACE),
        ("prolong", "endpoint1", 60 + GRACE),
        ("keep", changed, 30 + GRACE),
        ("forget", "endpoint1"),
    ]


def test_aRestoredEndpointIsFoundAndNobodyIsTold() -> None:
    table = Table()
    anna = endpoint(1, "anna")
    assert table.registry.restore(anna, 40.0)
    assert table.registry.byAlias(name("anna")) is anna
    assert table.registry.bySignalling(anna.signalling[0]) is anna
    assert (table.facts, table.kept) == ([], [])
    table.clock.advance(41)
    assert len(table.registry) == 0


@pytest.mark.parametrize(
    "other",
    [
        endpoint(1, "bert", signalling=(TransportAddress("10.9.9.9", 1720),)),
        endpoint(2, "anna"),
        endpoint(2, signalling=endpoint(1).signalling),
    ],
    ids=["identifier", "alias", "address"],
)
def test_whatIsTakenIsNotRestored(other: Registration) -> None:
    table = Table().registry
    anna = table.register(endpoint(1, "anna"))
    assert not table.restore(other, 40.0)
    assert list(table) == [anna]


def test_whatHasExpiredIsNotRestored() -> None:
    table = Table()
    table.clock.advance(50)
    assert not table.registry.restore(endpoint(1), 50.0)


def test_noMoreAreRestoredThanThereMayBe() -> None:
    table = Table(maxRegistrations=1).registry
    assert table.restore(endpoint(1), 40.0)
    assert not table.restore(endpoint(2), 40.0)


def test_aClockThatWasPutBackMakesNoRegistrationLastLonger() -> None:
    table = Table()
    table.registry.restore(endpoint(1), 1e9)
    table.clock.advance(60 + GRACE + 1)
    assert len(table.registry) == 0
