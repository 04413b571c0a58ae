"""
Where SIP phones are, in the table of all endpoints.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from twisted.internet.defer import execute
from twisted.internet.task import Clock
from zope.interface import implementer

from h323d.call.applications import Admission
from h323d.call.gates import MAINTENANCE, Gates
from h323d.call.lookups import NoFiles
from h323d.events.bus import EventBus, Fact
from h323d.events.gatekeeper import EndpointRegistered, EndpointUnregistered
from h323d.gatekeeper.config import AliasConflict, GatekeeperConfig
from h323d.gatekeeper.identity import ILocalNumbers
from h323d.gatekeeper.registrar import LocationService
from h323d.gatekeeper.registry.registrations import (
    Contact,
    EndpointKind,
    EndpointRegistry,
    Registration,
    UnregisterReason,
)
from h323d.gatekeeper.registry.store import RegistrationKeeper
from h323d.gatekeeper.registry.storeformat import fromText, toText
from h323d.gatekeeper.routing.chain import Called
from h323d.gatekeeper.routing.local import RegisteredEndpoints
from h323d.gatekeeper.security.config import PasswordEntry, SecurityConfig, UserConfig
from h323d.gatekeeper.security.passwords import readPasswords
from h323d.gatekeeper.security.users import Users
from h323d.sip.binding import Binding
from h323d.sip.messages.uri import SIPURI, parseURI
from h323d.sip.reasons import RegistrationRefused
from h323d.sip.registrar import Registrant
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from tests.support.digest import NoTrunks, userOf
from tests.support.lease import Lease

PHONE = Registrant(TransportAddress("10.0.0.3", 5060), "phone/1.0")
STRANGER = Registrant(TransportAddress("10.0.0.66", 5060))
ALICE = SIPURI("example.com", "alice")
NUMBER = PartyAddress(AddressKind.DIALLED_DIGITS, "1001")


@implementer(ILocalNumbers)
class OneRoom:
    """
    The room 80001.
    """

    def serves(self, address: PartyAddress) -> bool:
        return address.number == "80001"


class Table:
    """
    A location service over a table.
    """

    def __init__(self, *users: UserConfig, **config: Any) -> None:
        self.clock = Clock()
        self.facts: list[Fact] = []
        events = EventBus()
        events.subscribe(Fact, self.facts.append)
        keeper = RegistrationKeeper(None, self.clock, execute, events)
        self.registry = EndpointRegistry(
            replace(GatekeeperConfig(), **config),
            self.clock,
            random.Random(3),
            events,
            self,
            keeper,
        )
        self.gates = Gates(self.clock, events, ())
        passwords = readPasswords(
            SecurityConfig(passwords=(PasswordEntry("carol", "secret"),)), NoFiles()
        )
        self.locations = LocationService(
            self.registry,
            OneRoom(),
            self.clock,
            self.gates,
            passwords,
            Users(SecurityConfig(users=users), NoTrunks()),
        )

    def endpointExpires(self, registration: Registration) -> None:
        pass

    def endpointGone(self, registration: Registration) -> None:
        pass

    def binding(self, uri: str = "sip:a@10.0.0.3", seconds: int = 60, **more: Any) -> Binding:
        contact = parseURI(uri)
        assert isinstance(contact, SIPURI)
        address = TransportAddress(contact.host, contact.port or 5060)
        return Binding(contact, address, self.clock.seconds() + seconds, **more)

    def bind(
        self, *bindings: Binding, address: SIPURI = ALICE, registrant: Registrant = PHONE
    ) -> None:
        self.locations.rebind(address, bindings, registrant)

    def refused(self, *bindings: Binding, **more: Any) -> int:
        with pytest.raises(RegistrationRefused) as caught:
            self.bind(*bindings, **more)
        return caught.value.status

    def told(self, kind: type[Fact]) -> list[Any]:
        return [fact for fact in self.facts if isinstance(fact, kind)]


@pytest.fixture
def table() -> Iterator[Table]:
    table = Table()
    yield table
    table.locations.close()
    table.registry.close()
    assert table.clock.getDelayedCalls() == []


def h323(name: PartyAddress) -> Registration:
    return Registration(
        "ep", "h323", TransportAddress("10.0.0.9", 1719), (TransportAddress("10.0.0.9", 1720),),
        (), (name,), EndpointKind.TERMINAL, 300,
    )  # fmt: skip


def test_aPhoneIsInTheTableOfAllEndpoints(table: Table) -> None:
    table.bind(table.binding("sip:a@10.0.0.3:5070;x=y"), address=SIPURI("example.com", "1001"))
    (registration,) = table.registry
    assert registration.protocol == "sip"
    assert registration.aliases == (
        NUMBER,
        PartyAddress(AddressKind.URL, "sip:1001@example.com"),
    )
    assert registration.signalling == (TransportAddress("10.0.0.3", 5070),)
    assert registration.contacts == (Contact("sip:a@10.0.0.3:5070;x=y"),)
    assert (registration.source, registration.timeToLive) == (PHONE.source, 60)
    assert registration.product == "phone/1.0"
    (fact,) = table.told(EndpointRegistered)
    assert fact.protocol == "sip"


def test_aNameIsAnH323ID(table: Table) -> None:
    table.bind(table.binding())
    assert table.registry.byAlias(PartyAddress(AddressKind.H323_ID, "alice")) is not None


def test_severalContactsAreOneRegistrationBestFirst(table: Table) -> None:
    second = table.binding("sip:b@10.0.0.3:5062", q=0.9)
    table.bind(table.binding(q=0.5), second, table.binding("sip:c@10.0.0.3:5063", q=0.9))
    (registration,) = table.registry
    assert [each.port for each in registration.signalling] == [5062, 5063, 5060]
    assert registration.contacts[0].uri == "sip:b@10.0.0.3:5062"


def test_howGoodEachContactIsIsKnownInTheTableAndAfterARestart(table: Table) -> None:
    table.bind(table.binding(q=0.305), table.binding("sip:b@10.0.0.3:5062"))
    (kept,) = table.registry
    assert [each.rank for each in kept.contacts] == [0, 695]
    later = Table()
    later.registry.restore(fromText(toText(kept)), later.clock.seconds() + 60)
    assert [each.q for each in later.locations.bindings(ALICE, PHONE)] == [1.0, 0.305]


def test_severalNamesMayHaveOneContact(table: Table) -> None:
    table.bind(table.binding(), address=SIPURI("h", "1001"))
    table.bind(table.binding(), address=SIPURI("h", "1002"))
    assert len(table.registry) == 2


def test_aRenewalIsNoNewRegistration(table: Table) -> None:
    table.bind(table.binding())
    table.clock.advance(50)
    table.bind(table.binding(cseq=2))
    table.clock.advance(50)
    assert len(table.registry) == 1
    assert len(table.told(EndpointRegistered)) == 1
    assert table.locations.bindings(ALICE, PHONE)[0].cseq == 2


def test_anotherContactOfTheSameHostChangesTheRegistration(table: Table) -> None:
    table.bind(table.binding())
    (before,) = table.registry
    table.bind(table.binding("sip:a@10.0.0.3:5070"))
    (after,) = table.registry
    assert after.endpointId == before.endpointId
    assert after.signalling == (TransportAddress("10.0.0.3", 5070),)


def test_thePhoneMayUseAnotherPortOfItsHost(table: Table) -> None:
    table.bind(table.binding())
    moved = Registrant(TransportAddress("10.0.0.3", 40000))
    table.bind(table.binding(), registrant=moved)
    (registration,) = table.registry
    assert registration.source == moved.source


def test_whoRemovesAllContactsIsUnregistered(table: Table) -> None:
    table.bind(table.binding())
    table.bind()
    assert len(table.registry) == 0
    assert [fact.reason for fact in table.told(EndpointUnregistered)] == ["request"]


def test_removingWhatIsNotThereIsNothing(table: Table) -> None:
    table.bind()
    assert table.facts == []


def test_whoIsSilentExpires(table: Table) -> None:
    table.bind(table.binding(seconds=60))
    table.clock.advance(59)
    assert len(table.registry) == 1
    table.clock.advance(2)
    assert len(table.registry) == 0
    assert [fact.reason for fact in table.told(EndpointUnregistered)] == ["expired"]


def test_eachContactExpiresByItself(table: Table) -> None:
    table.bind(table.binding(seconds=60), table.binding("sip:b@10.0.0.3:5062", seconds=100))
    table.clock.advance(61)
    (registration,) = table.registry
    assert registration.contacts == (Contact("sip:b@10.0.0.3:5062"),)
    table.clock.advance(40)
    assert len(table.registry) == 0


def test_aStrangerIsToldNothingAndTakesNothing(table: Table) -> None:
    table.bind(table.binding())
    assert table.locations.bindings(ALICE, STRANGER) == ()
    assert table.refused(table.binding("sip:a@10.0.0.66"), registrant=STRANGER) == 403
    assert table.refused(registrant=STRANGER) == 403
    (registration,) = table.registry
    assert registration.source == PHONE.source


def test_aStrangerReplacesWhereThatIsThePolicy() -> None:
    table = Table(aliasConflict=AliasConflict.REPLACE)
    table.bind(table.binding())
    table.bind(table.binding("sip:a@10.0.0.66"), registrant=STRANGER)
    (registration,) = table.registry
    assert registration.source == STRANGER.source
    assert [fact.reason for fact in table.told(EndpointUnregistered)] == ["replaced"]
    table.clock.advance(61)
    assert len(table.registry) == 0


def test_whereNamesAreSharedEachHostRenewsItsOwn() -> None:
    table = Table(aliasConflict=AliasConflict.ADDITIVE)
    other = Registrant(TransportAddress("10.0.0.66", 5060))
    for cseq in (1, 2):
        table.bind(table.binding(cseq=cseq))
        table.bind(table.binding("sip:a@10.0.0.66", cseq=cseq), registrant=other)
    assert [each.source for each in table.registry] == [PHONE.source, other.source]
    table.bind(registrant=other)
    assert [each.source for each in table.registry] == [PHONE.source]


def test_aStrangerRemovesNothingEvenThen() -> None:
    table = Table(aliasConflict=AliasConflict.REPLACE)
    table.bind(table.binding())
    assert table.refused(registrant=STRANGER) == 403


def test_aNameOfAnH323EndpointIsTaken(table: Table) -> None:
    table.registry.register(h323(NUMBER))
    assert table.refused(table.binding(), address=SIPURI("h", "1001")) == 403
    assert table.registry.byAlias(NUMBER) is table.registry.byId("ep")


def test_aRoomsNameCannotBeRegistered(table: Table) -> None:
    assert table.refused(table.binding(), address=SIPURI("example.com", "80001")) == 403
    assert len(table.registry) == 0


def test_aNameWithAPasswordCannotBeRegisteredWithoutIt(table: Table) -> None:
    assert table.refused(table.binding(), address=SIPURI("example.com", "carol")) == 403
    assert len(table.registry) == 0


def test_aFullTableRefusesAndNobodyLosesAPlace() -> None:
    table = Table(maxRegistrations=1)
    table.bind(table.binding())
    assert table.refused(table.binding(), address=SIPURI("h", "bob")) == 503
    assert len(table.registry) == 1


def test_whomTheOperatorSentAwayCanRegisterAgain(table: Table) -> None:
    table.bind(table.binding())
    (registration,) = table.registry
    table.registry.unregister(registration.endpointId, UnregisterReason.OPERATOR)
    assert table.locations.bindings(ALICE, PHONE) == ()
    table.bind(table.binding(seconds=100))
    table.clock.advance(70)  # the first one's time has passed
    assert len(table.registry) == 1


def test_whatTheTableKeptOverARestartIsKnown(table: Table) -> None:
    table.bind(table.binding("sip:a@10.0.0.3:5070"))
    (kept,) = table.registry
    later = Table()
    assert later.registry.restore(kept, later.clock.seconds() + 60)
    (binding,) = later.locations.bindings(ALICE, PHONE)
    assert str(binding.uri) == "sip:a@10.0.0.3:5070"
    assert (binding.address, binding.callId) == (kept.signalling[0], "")
    later.bind(later.binding("sip:a@10.0.0.3:5070", cseq=9))
    assert not later.told(EndpointRegistered)


def test_whichUserAgentItIsIsKnownAfterARestart(table: Table) -> None:
    table.bind(table.binding(instance="<urn:uuid:1>"), table.binding("sip:b@10.0.0.3:5062"))
    (kept,) = table.registry
    later = Table()
    later.registry.restore(fromText(toText(kept)), later.clock.seconds() + 60)
    known = later.locations.bindings(ALICE, PHONE)
    assert [binding.instance for binding in known] == ["<urn:uuid:1>", ""]


def test_byWhichRequestAContactWasBoundIsKnownAfterARestart(table: Table) -> None:
    for cseq in (3, 4):
        table.bind(table.binding(callId="c", cseq=cseq, flow=2, path=("sip:10.0.0.9;lr",)))
    (kept,) = table.registry
    assert len(table.told(EndpointRegistered)) == 1
    later = Table()
    later.registry.restore(fromText(toText(kept)), later.clock.seconds() + 60)
    (binding,) = later.locations.bindings(ALICE, PHONE)
    assert (binding.callId, binding.cseq, binding.flow) == ("c", 4, 2)
    assert binding.path == ("sip:10.0.0.9;lr",)


def test_whatAnOlderVersionKeptIsKnown(table: Table) -> None:
    table.bind(table.binding())
    (kept,) = table.registry
    told = json.loads(toText(kept))
    (contact,) = told["contacts"]
    told["contacts"] = [{"uri": contact["uri"]}]
    later = Table()
    later.registry.restore(fromText(json.dumps(told)), later.clock.seconds() + 60)
    later.locations.start()
    (binding,) = later.locations.bindings(ALICE, PHONE)
    assert (binding.instance, binding.connected, binding.path) == ("", False, ())
    assert later.facts == []


def connected(
    table: Table, uri: str = "sip:a@192.168.1.5", port: int = 40000, **more: Any
) -> Binding:
    """
    What a phone behind a translator of addresses bound over TCP.
    """
    source = TransportAddress("10.0.0.3", port)
    return replace(table.binding(uri, connected=True, **more), address=source)


NEAR = TransportAddress("10.0.0.3", 40000)


def test_whoIsReachedOverAConnectionAloneGoesWithIt(table: Table) -> None:
    table.bind(connected(table))
    assert table.locations.needs(NEAR)
    table.locations.connectionClosed(NEAR)
    assert len(table.registry) == 0
    assert not table.locations.needs(NEAR)
    assert [fact.reason for fact in table.told(EndpointUnregistered)] == ["connection"]


def test_whoHasOtherContactsStaysWithThose(table: Table) -> None:
    table.bind(connected(table), connected(table, port=40001), table.binding())
    table.locations.connectionClosed(NEAR)
    (registration,) = table.registry
    assert [each.port for each in registration.signalling] == [40001, 5060]


def test_whoHasAnAddressOfTheirOwnIsReachedThere(table: Table) -> None:
    table.bind(connected(table, "sip:a@10.0.0.3:5070;transport=tcp"))
    table.locations.connectionClosed(NEAR)
    (registration,) = table.registry
    assert registration.signalling == (TransportAddress("10.0.0.3", 5070),)
    assert not registration.contacts[0].connected


def test_anotherConnectionChangesNothing(table: Table) -> None:
    table.bind(connected(table))
    table.bind(connected(table, port=40001, cseq=2))
    assert not table.locations.needs(NEAR)
    before = table.registry.byAlias(PartyAddress(AddressKind.H323_ID, "alice"))
    table.locations.connectionClosed(NEAR)
    assert tuple(table.registry) == (before,)


def test_afterARestartThereAreNoConnections(table: Table) -> None:
    table.bind(connected(table))
    table.bind(connected(table, "sip:b@10.0.0.3:5070;transport=tcp"), address=SIPURI("h", "bob"))
    later = Table()
    for kept in table.registry:
        later.registry.restore(fromText(toText(kept)), later.clock.seconds() + 60)
    later.locations.start()
    (registration,) = later.registry
    assert registration.signalling == (TransportAddress("10.0.0.3", 5070),)
    later.locations.close()


def test_theLatestOfEqualContactsIsTheBest(table: Table) -> None:
    table.bind(
        table.binding(renewed=1.0),
        table.binding("sip:b@10.0.0.3:5062", renewed=3.0),
        table.binding("sip:c@10.0.0.3:5063", renewed=2.0),
    )
    (registration,) = table.registry
    assert [each.port for each in registration.signalling] == [5062, 5063, 5060]


def test_aContactOfANameThatMayNotBeSharedAnyMoreIsNotChanged() -> None:
    table = Table(aliasConflict=AliasConflict.ADDITIVE)
    table.bind(table.binding("sip:a@10.0.0.66"), registrant=STRANGER)
    table.bind(connected(table), table.binding())
    table.registry.reconfigure(GatekeeperConfig(aliasConflict=AliasConflict.REJECT))
    table.locations.connectionClosed(NEAR)
    assert [each.source for each in table.registry] == [STRANGER.source]


def test_anH323EndpointThatCallsAPhoneIsSentToUs(table: Table) -> None:
    here = TransportAddress("10.0.0.1", 1720)
    table.bind(table.binding(), address=SIPURI("h", "1001"))
    (way,) = RegisteredEndpoints(table.registry, here).find(Called((NUMBER,))) or ()
    assert (way.protocol, way.destination) == ("sip", here)


def test_inMaintenanceNobodyNewRegistersAndNobodyIsLost() -> None:
    table = Table()
    table.bind(table.binding())
    table.gates.close(MAINTENANCE)
    table.bind(table.binding(seconds=120))
    assert table.refused(table.binding(), address=SIPURI("example.com", "bob")) == 503
    assert len(table.registry) == 1


def test_whatAGateKeepsForAPhoneEndsWithItsRegistration(table: Table) -> None:
    lease = Lease()
    table.bind(table.binding())
    table.locations.admitted(ALICE, PHONE, Admission(leases=(lease,)))
    assert lease.ends == 0
    table.bind()
    assert lease.ends == 1


def test_whatAGateKeepsForWhoIsNotRegisteredEndsAtOnce(table: Table) -> None:
    lease = Lease()
    table.locations.admitted(ALICE, PHONE, Admission(leases=(lease,)))
    assert lease.ends == 1


# Where there are users, it is they whose contacts these are.


ANNA, BERT = userOf("anna", "x", "1001"), userOf("bert", "y")
ANNAS, BERTS = SIPURI("10.0.0.1", "anna"), SIPURI("10.0.0.1", "bert")


def atHome(user: str = "anna", host: str = "10.0.0.3") -> Registrant:
    return Registrant(TransportAddress(host, 5060), user=user)


def test_aUserIsTheSameWhereverTheTelephonesAre() -> None:
    table = Table(ANNA)
    table.bind(table.binding(), address=ANNAS, registrant=atHome())
    roaming = atHome(host="192.0.2.7")
    known = table.locations.bindings(ANNAS, roaming)
    assert [str(each.uri) for each in known] == ["sip:a@10.0.0.3"]
    more = table.binding("sip:a@192.0.2.7")
    table.bind(*known, more, address=ANNAS, registrant=roaming)
    (registration,) = table.registry
    assert (registration.authenticated, registration.scheme) == ("anna", "digest")
    assert [each.host for each in registration.signalling] == ["10.0.0.3", "192.0.2.7"]
    table.locations.close()


@pytest.mark.parametrize("address", [BERTS, SIPURI("10.0.0.1", "nobody")])
def test_aUserRegistersNoNameOfAnothersOrOfNobody(address: SIPURI) -> None:
    table = Table(ANNA, BERT)
    assert table.refused(table.binding(), address=address, registrant=atHome()) == 403


def test_aUserMayRegisterEachOfTheNames() -> None:
    table = Table(ANNA)
    for address in (ANNAS, SIPURI("10.0.0.1", "1001")):
        table.bind(table.binding(), address=address, registrant=atHome())
    assert {each.authenticated for each in table.registry} == {"anna"}
    table.locations.close()


def test_aUserMayHaveANameThatHasAPasswordInH323Too() -> None:
    table = Table(userOf("carol", "x"))
    carol = SIPURI("10.0.0.1", "carol")
    table.bind(table.binding(), address=carol, registrant=atHome("carol"))
    assert len(table.registry) == 1
    table.locations.close()


def test_aUserStaysAsLongAsAnyTelephoneDoes() -> None:
    table = Table(ANNA)
    first = connected(table)
    table.bind(first, table.binding("sip:a@192.0.2.7"), address=ANNAS, registrant=atHome())
    table.locations.connectionClosed(first.address)
    (registration,) = table.registry
    assert registration.authenticated == "anna"
    table.locations.close()


@pytest.mark.parametrize(
    ("users", "user", "left"),
    [((ANNA,), "anna", 1), ((BERT,), "anna", 0), ((), "anna", 0), ((ANNA,), "", 0), ((), "", 1)],
)
def test_afterARestartTheUsersMayBeOthers(
    users: tuple[UserConfig, ...], user: str, left: int
) -> None:
    before = Table(*((ANNA,) if user else ()))
    before.bind(before.binding(), address=ANNAS, registrant=atHome(user))
    after = Table(*users)
    for kept in before.registry:
        after.registry.restore(fromText(toText(kept)), after.clock.seconds() + 60)
    after.locations.start()
    assert len(after.registry) == left
    before.locations.close()
    after.locations.close()
