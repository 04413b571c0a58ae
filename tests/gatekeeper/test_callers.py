"""
What callers may call themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.callers import CallerName, ICallerNames
from h323d.call.legs import IOffer
from h323d.gatekeeper.callers import Callers
from h323d.gatekeeper.parents.sentcalls import SentCalls
from h323d.gatekeeper.registry.registrations import EndpointKind, Registration
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.gatekeeper.trunks.config import TrunkConfig
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.identifiers import CallID, LegID
from h323d.values.media.formats import MediaFormat
from h323d.values.proof import Proof
from tests.support.digest import userOf
from tests.support.ras import CALL, arq, gateway, rrq
from tests.support.zone import World

ANNA, BERT = "10.0.0.2", "10.0.0.3"
STRANGER = "10.0.0.66"
AT_ANNA = TransportAddress(ANNA, 40000)
LEG, CALL_ID = LegID("leg"), CallID("call")
CHAIRMAN = ("h323-ID", "chairman")


def party(value: str, kind: AddressKind = AddressKind.H323_ID) -> PartyAddress:
    return PartyAddress(kind, value)


def claim(*names: str, display: str = "") -> CallerName:
    return CallerName(tuple(map(party, names)), display)


@implementer(IOffer)
@dataclass
class Offer:
    """
    As much of a call as is looked at.
    """

    calling: tuple[PartyAddress, ...]
    displayName: str = ""
    protocol: str = "h323"
    callIdentifier: str = ""
    peer: TransportAddress = AT_ANNA
    called: tuple[PartyAddress, ...] = ()
    conferenceId: str = ""
    speaks: tuple[MediaFormat, ...] | None = None
    hops: int | None = None
    restricted: bool = False
    proofs: tuple[Proof, ...] = ()
    legId: LegID = LEG
    callId: CallID = CALL_ID


@pytest.fixture
def world(makeWorld: Any) -> World:
    """
    Anna has a name and a number, and Bert is the chairman.
    """
    result: World = makeWorld()
    result.registered(ANNA, ("h323-ID", "anna"), ("dialledDigits", "1001"))
    result.registered(BERT, CHAIRMAN)
    return result


def registrationOf(world: World, name: str) -> Registration:
    found = world.zone.registry.byAlias(party(name))
    assert found is not None
    return found


def named(world: World, whose: str, name: CallerName) -> CallerName:
    caller = registrationOf(world, whose) if whose else None
    return world.zone.callers.named(caller, name, TransportAddress(STRANGER, 1720))


def test_itIsWhatTheSwitchAsks(world: World) -> None:
    assert verifyObject(ICallerNames, world.zone.callers)


def test_theNamesOfTheRegistrationAreKept(world: World) -> None:
    name = CallerName(
        (party("1001", AddressKind.DIALLED_DIGITS), party("anna")), "Anna from next door"
    )
    assert named(world, "anna", name) == name


def test_othersAreDropped(world: World) -> None:
    assert named(world, "anna", claim("chairman", "anna")) == claim("anna")


def test_andIfNoneIsLeftTheFirstOfTheRegistrationTakesTheirPlace(world: World) -> None:
    assert named(world, "anna", claim("chairman")) == claim("anna")
    assert named(world, "anna", claim("nobody's")) == claim("anna")


def test_whoGivesNoNameIsGivenNone(world: World) -> None:
    assert named(world, "anna", claim()) == claim()
    anonymous = CallerName((party("sip:anonymous@anonymous.invalid", AddressKind.URL),), "")
    assert named(world, "anna", anonymous) == anonymous


def test_aStrangerHasNoNameThatIsRegistered(world: World) -> None:
    assert named(world, "", claim("chairman", "carl")) == claim("carl")
    assert named(world, "", claim("1001")) == claim()  # whatever kind of name it says that is


@pytest.mark.parametrize("text", ["chairman", "Chairman", "  CHAIRMAN ", "1001"])
def test_nobodyShowsTheNameOfAnother(world: World, text: str) -> None:
    assert named(world, "", claim("carl", display=text)) == claim("carl")
    if text != "1001":
        assert named(world, "anna", claim("anna", display=text)) == claim("anna", display="anna")


def test_butAnyOtherText(world: World) -> None:
    for whose in ("anna", ""):
        assert named(world, whose, claim(display="The board")) == claim(display="The board")
    assert named(world, "chairman", claim("chairman", display="Chairman")).displayName == "Chairman"


def test_whoHasRegisteredANameHasItForCertain(world: World) -> None:
    offer = Offer((party("anna"), party("chairman")))
    shown = world.zone.callers.nameOf(offer)
    assert (shown.calling, shown.isOwn) == ((party("anna"),), True)


def test_whoCallsItselfSoHasNot(world: World) -> None:
    offer = Offer((party("carl"),), peer=TransportAddress(STRANGER, 40000))
    assert not world.zone.callers.nameOf(offer).isOwn


def test_norWhomAGatewayNames(world: World) -> None:
    world.registered("10.0.0.4", ("h323-ID", "pstn"), terminalType=gateway("0"))
    offer = Offer((party("chair of all"), party("pstn")), peer=TransportAddress("10.0.0.4", 40000))
    shown = world.zone.callers.nameOf(offer)
    assert shown.party
    assert not shown.isOwn


def test_aGatewayNamesWhomItLikes(world: World) -> None:
    kind = gateway("0")
    world.registered("10.0.0.4", ("h323-ID", "pstn"), terminalType=kind)
    name = claim("chairman", "0301234", display="chairman")
    assert named(world, "pstn", name) == name


def test_oneThatServesNoPrefixDoesNot(world: World) -> None:
    world.registered("10.0.0.4", ("h323-ID", "pstn"), terminalType=gateway())
    assert registrationOf(world, "pstn").kind is EndpointKind.GATEWAY
    assert named(world, "pstn", claim("0301234")) == claim("pstn")


# Whose call it is.


def test_itIsOfWhomAskedForIt(world: World) -> None:
    peer, endpointId = world.registered("10.0.0.5", ("h323-ID", "carl"))
    peer.ask(arq(9, endpointId, ("dialledDigits", "80001")))
    offer = Offer((party("chairman"),), "", "h323", CALL.hex(), TransportAddress("10.0.0.5", 9))
    name = world.zone.callers.nameOf(offer)
    assert (name, name.party) == (claim("carl"), endpointId)


def test_anotherGatekeeperNamesWhomItAnswersForAsItLikes(world: World) -> None:
    sent = SentCalls()
    callers = Callers(
        world.zone.registry, world.zone.admissions, sent, world.zone.trunks, world.zone.users
    )
    offer = Offer((party("chairman"),), "Chairman", callIdentifier=CALL.hex())
    assert callers.nameOf(offer) == claim()
    sent.enter(CALL, "world")
    name = callers.nameOf(offer)
    assert (name, name.party) == (claim("chairman", display="Chairman"), "world")


def test_notIfItComesFromElsewhere(world: World) -> None:
    peer, endpointId = world.registered("10.0.0.5", ("h323-ID", "carl"))
    peer.ask(arq(9, endpointId, ("dialledDigits", "80001")))
    offer = Offer((party("carl"),), "", "h323", CALL.hex(), TransportAddress(STRANGER, 9))
    name = world.zone.callers.nameOf(offer)
    assert (name, name.party) == (claim(), "")


def test_orOfWhoHasTheNameAndIsThere(world: World) -> None:
    assert world.zone.callers.nameOf(Offer((party("anna"),))) == claim("anna")
    assert world.zone.callers.nameOf(Offer((party("chairman"),))) == claim()


def test_theNamesInAnARQAreJudgedToo(world: World) -> None:
    peer, endpointId = world.registered("10.0.0.5", ("h323-ID", "carl"))
    peer.ask(arq(9, endpointId, ("dialledDigits", "80001"), srcInfo=[CHAIRMAN]))
    (admission,) = world.zone.admissions.ofCall(CALL)
    assert admission.calling == (party("carl"),)


def test_ofACallThatIsAnsweredTheyAreSomebodyElses(world: World) -> None:
    peer, endpointId = world.registered("10.0.0.5", ("h323-ID", "carl"))
    peer.ask(arq(9, endpointId, srcInfo=[("h323-ID", "far away")], answerCall=True))
    (admission,) = world.zone.admissions.ofCall(CALL)
    assert admission.calling == (party("far away"),)


def test_aTelephoneOfSIPIsKnownByWhereItRegisteredFrom(world: World) -> None:
    source = TransportAddress("10.0.0.7", 5060)
    world.zone.registry.register(
        Registration(
            "d",
            "sip",
            source,
            (source,),
            (),
            (party("dora"), party("sip:dora@10.0.0.1", AddressKind.URL)),
            EndpointKind.TERMINAL,
            60,
        )
    )
    asChairman = Offer((party("chairman"),), "Chairman", "sip", "", source)
    assert world.zone.callers.nameOf(asChairman) == claim("dora", display="dora")
    byAnotherPort = TransportAddress(source.host, 40000)
    own = Offer((party("dora"),), "Dora", "sip", "", byAnotherPort)
    assert world.zone.callers.nameOf(own) == claim("dora", display="Dora")
    another = Offer((party("dora"),), "Dora", "sip", "", TransportAddress(STRANGER, 5060))
    assert world.zone.callers.nameOf(another) == claim()


TRUNK = TrunkConfig("carrier", STRANGER)


def calledBy(world: World, peer: TransportAddress) -> CallerName:
    found: CallerName = world.zone.callers.nameOf(Offer((party("carl"),), "Carl", peer=peer))
    return found


@pytest.mark.parametrize(("mayCall", "whose"), [(True, "trunk carrier"), (False, "")])
def test_whoCallsFromATrunkSpeaksForOthersAndIsKnownIfItMayCall(
    makeWorld: Any, mayCall: bool, whose: str
) -> None:
    world = makeWorld(RoutingConfig(trunks=(replace(TRUNK, mayCall=mayCall),)))
    world.registered(BERT, CHAIRMAN)
    at = TransportAddress(STRANGER, 40000)
    assert calledBy(world, at).party == whose
    chairman = Offer((party("chairman"),), "", peer=at)
    assert bool(world.zone.callers.nameOf(chairman).calling) is mayCall


@pytest.mark.parametrize(
    ("called", "whose"),
    [("4931", "trunk second"), ("4930", ""), ("0301234", ""), ("", "")],
)
def test_ofTwoAccountsWithATrunkTheOneThatIsCalledSpeaks(
    makeWorld: Any, called: str, whose: str
) -> None:
    account: Any = {"realm": "theirs", "md5": 32 * "a"}
    first = replace(TRUNK, user="4930", mayCall=False, **account)
    second = replace(TRUNK, name="second", user="4931", **account)
    world = makeWorld(RoutingConfig(trunks=(first, second)))
    names = (party(called),) if called else ()
    offer = Offer((party("carl"),), peer=TransportAddress(STRANGER, 40000), called=names)
    assert world.zone.callers.nameOf(offer).party == whose


def test_whoIsRegisteredAtATrunkIsWhoItIs(makeWorld: Any) -> None:
    world = makeWorld(RoutingConfig(trunks=(TRUNK,)))
    _, endpointId = world.registered(STRANGER, CHAIRMAN)
    offer = Offer((party("chairman"),), "", peer=TransportAddress(STRANGER, 1720))
    assert world.zone.callers.nameOf(offer).party == endpointId


# Users with a password.


def proved(*names: PartyAddress, user: str = "dora", display: str = "") -> Offer:
    elsewhere = TransportAddress(STRANGER, 5060)
    return Offer(names, display, "sip", "", elsewhere, proofs=(Proof("digest", user, 0),))


@pytest.fixture
def withUsers(makeWorld: Any) -> World:
    """
    Dora has two names, and is registered nowhere.
    """
    security = SecurityConfig(users=(userOf("dora", "x", "2001"), userOf("emil", "y")))
    result: World = makeWorld(security=security)
    result.registered(BERT, CHAIRMAN)
    return result


def test_aUserCallsFromAnywhere(withUsers: World) -> None:
    name = withUsers.zone.callers.nameOf(proved(party("2001"), display="Dora"))
    assert (name, name.party) == (claim("2001", display="Dora"), "user dora")


def test_aUserIsNotShownAsSomebodyElse(withUsers: World) -> None:
    for display in ("emil", "Chairman"):
        name = withUsers.zone.callers.nameOf(proved(party("2001"), display=display))
        assert name == claim("2001", display="dora")


def test_whoIsNoUserHasNoNameOfUsers(withUsers: World) -> None:
    offer = Offer((party("dora"),), "dora", "sip", "", TransportAddress(STRANGER, 5060))
    name = withUsers.zone.callers.nameOf(offer)
    assert (name, name.party) == (claim(), "")


def test_whoWasAUserIsNoneAnyMore(withUsers: World) -> None:
    withUsers.reload(security=SecurityConfig(users=(userOf("emil", "y"),)))
    name = withUsers.zone.callers.nameOf(proved(party("2001")))
    assert name.party == ""


def test_anH323EndpointRegistersNoNameOfAUser(withUsers: World) -> None:
    answer = withUsers.peer("10.0.0.7").ask(rrq(1, "10.0.0.7", ("h323-ID", "dora")))
    assert answer.name == "registrationReject"
