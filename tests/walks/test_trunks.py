"""
The walk of a call by a trunk: somebody registered calls a number that a SIP server, or an H.323
gateway, serves, and the server sees which of them can take it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from h323d.config.reading import parse
from h323d.config.sections import Configuration
from h323d.errors import ConfigurationError
from h323d.events.gatekeeper import TrunkDown, TrunkUp
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.gatekeeper.routing.config import NeighbourConfig, RoutingConfig, StaticRoute
from h323d.gatekeeper.trunks.config import TrunkConfig, TrunkProtocol, TrunkTransport
from h323d.h323.signalling import uuie
from h323d.h323.signalling.q931 import MessageType
from h323d.operation.routeviews import RouteView
from h323d.operation.trunkviews import TrunkView
from h323d.sip.config import SIPConfig
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.writer import write
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from tests.support.bridged import SERVER, SIP, Phone, SIPPhone, h323Phone, sipPhone
from tests.support.graph import hidden
from tests.support.h323 import ScriptedCallee
from tests.support.referrer import Referrer
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.sippeers import ScriptedPeer, offerBody
from tests.walks.test_gateway_redirection import Forwarder
from tests.walks.test_switchboard import isBeyond

ALICE, BOB, CAROL = 400, 700, 1000  # Hz
TONES = (ALICE, BOB, CAROL)
NEAR, FAR = "10.0.2.1", "10.0.2.2"
NUMBER = "0049301234"

SIP_TRUNK = TrunkConfig("near", NEAR, prefixes=("00",))
SPARE = TrunkConfig("far", FAR, prefixes=("00",), priority=1)
GATEWAY = TrunkConfig("near", NEAR, TrunkProtocol.H323, prefixes=("00",))

SDP = (("Contact", f"<sip:{NEAR}>"), ("Content-Type", "application/sdp"))
BODY = offerBody(NEAR, "0").replace("\n", "\r\n").encode()

everyCaller = pytest.mark.parametrize("calling", ["sip", "h323"])
everyModel = pytest.mark.parametrize("model", list(CallModel))


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=12) as simulation:
        yield simulation


def started(world: Simulation, *trunks: TrunkConfig, **sections: Any) -> SimulatedServer:
    """
    A server with trunks.
    """
    return world.server(SERVER, Configuration(routing=RoutingConfig(trunks=trunks), **sections))


def alice(world: Simulation, calling: str) -> Phone:
    """
    Somebody registered, who speaks A-law alone.
    """
    if calling == "sip":
        return sipPhone(world, "10.0.1.1", "1001", ALICE, G711_ALAW)
    return h323Phone(world, "10.0.1.1", "1001", ALICE, G711_ALAW)


def dial(caller: Phone, number: str = NUMBER) -> None:
    caller.dial(f"sip:{number}@{SERVER}" if isinstance(caller, SIPPhone) else number)


def behind(world: Simulation, host: str = NEAR, tone: int = BOB) -> Phone:
    """
    A trunk that takes every call, by SIP and by H.323, and speaks mu-law alone.
    """
    phone = Phone(world, host, "trunk", tone)
    phone.speaks = type(phone).speaks.audio((G711_ULAW,))
    return phone


class Refusing(Phone):
    """
    A trunk that takes no call.

    @ivar why: what it says.
    """

    why = Cause.TEMPORARY_FAILURE

    def legOffered(self, leg: Any) -> None:
        self.reports.append("offered")
        leg.reject(self.why)


def refusing(world: Simulation, why: Cause, host: str = NEAR) -> Refusing:
    phone = Refusing(world, host, "trunk", CAROL)
    phone.why = why
    return phone


class Scripted(ScriptedPeer):
    """
    A SIP server that says what no telephone of ours would.

    @ivar status: what an INVITE is answered with; nothing if it is 0.
    @ivar health: what an OPTIONS is, likewise.
    @ivar extra: header fields that stand in both.
    """

    status, health = 503, 200
    extra: tuple[tuple[str, str], ...] = ()

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        super().datagramReceived(data, source)
        message = self.messages[-1]
        if not isinstance(message, SIPRequest):
            return
        status = {"INVITE": self.status, "OPTIONS": self.health}.get(message.method, 0)
        if status:
            answer = message.response(status, None, "there")
            answer = answer.withHeaders(answer.headers.extending(*self.extra))
            self.port.send(write(answer), source)


def trunksOf(server: SimulatedServer) -> dict[str, TrunkView]:
    return {each.trunk: each for each in server.server.operator.trunks()}


def routeOf(server: SimulatedServer, number: str = NUMBER) -> RouteView:
    answers: list[RouteView] = []
    server.server.operator.route(number).addCallback(answers.append)
    (answer,) = answers
    return answer


def talk(world: Simulation, caller: Phone, called: Phone) -> None:
    """
    Wait until they hear each other.
    """
    world.until(lambda: caller.speaking and called.speaking, 30.0)
    world.run(0.6)
    assert caller.heard.heard(TONES) == [called.tone]
    assert called.heard.heard(TONES) == [caller.tone]


# --- who calls whom


@everyCaller
@pytest.mark.parametrize("trunk", [SIP_TRUNK, GATEWAY], ids=["sip", "h323"])
@everyModel
def test_whoeverIsRegisteredCallsByWhateverTrunk(
    world: Simulation, calling: str, trunk: TrunkConfig, model: CallModel
) -> None:
    server = started(world, trunk, routed=RoutedConfig(model=model))
    caller, called = alice(world, calling), behind(world)
    dial(caller)
    talk(world, caller, called)
    assert called.leg is not None
    assert called.leg.protocol == trunk.protocol.value
    assert NUMBER in [name.number for name in called.leg.called]
    assert "1001" in [name.number for name in called.leg.calling]
    assert (trunksOf(server)["near"].calls, trunksOf(server)["near"].state) == (1, "up")
    called.hangup()
    world.until(lambda: caller.cause is not None)
    assert caller.cause is Cause.NORMAL_CALL_CLEARING
    assert trunksOf(server)["near"].calls == 0
    world.leave()
    assert world.leftOver() == []


@pytest.mark.parametrize("transport", [TrunkTransport.UDP, TrunkTransport.TCP])
def test_aSIPTrunkIsCalledOverItsTransport(world: Simulation, transport: TrunkTransport) -> None:
    called = behind(world)
    server = started(world, replace(SIP_TRUNK, transport=transport))
    caller = alice(world, "h323")
    dial(caller)
    talk(world, caller, called)
    assert trunksOf(server)["near"].roundTrip is not None
    connected = any(NEAR in each.there for each in world.network.streams)
    assert connected is (transport is TrunkTransport.TCP)


def test_aNumberIsRewrittenForItsTrunk(world: Simulation) -> None:
    started(world, replace(SIP_TRUNK, strip=2, prepend="+"))
    caller, called = alice(world, "sip"), behind(world)
    dial(caller)
    talk(world, caller, called)
    assert called.leg is not None
    assert str(called.leg.called[1]).startswith("sip:+49301234@")


def test_aTrunkWithANameIsLookedFor(world: Simulation) -> None:
    world.names.host("sip.example.com", NEAR)
    server = started(world, replace(SIP_TRUNK, address="sip.example.com"))
    caller, called = alice(world, "sip"), behind(world)
    world.run(0.1)
    assert trunksOf(server)["near"].address == f"{NEAR}:5060"
    dial(caller)
    talk(world, caller, called)


def test_whatANeighbourKnowsIsRoutedAndLeavesByNoTrunk(world: Simulation) -> None:
    neighbour = NeighbourConfig("other", FAR, prefixes=("2",))
    routing = RoutingConfig(trunks=(replace(SIP_TRUNK, prefixes=("",)),), neighbours=(neighbour,))
    routed = RoutedConfig(model=CallModel.ROUTED)
    server = world.server(SERVER, Configuration(routing=routing, routed=routed))
    us = NeighbourConfig("us", SERVER, prefixes=())
    world.server(FAR, Configuration(routing=RoutingConfig(neighbours=(us,))))
    caller = alice(world, "h323")
    bob = Phone(world, "10.0.3.1", "2002", BOB, gatekeeper=TransportAddress(FAR, 1719))
    bob.register()
    world.until(lambda: bob.registrations == ["registered"])
    dial(caller, "2002")
    world.until(lambda: caller.speaking and bob.speaking)
    zone = server.server.zone
    assert zone is not None
    assert (len(zone.routed), server.server.gateway.bridges) == (1, {})


def test_aGatekeeperIsAskedByLRQAndCalledForItsRooms(world: Simulation) -> None:
    gatekeeper = replace(GATEWAY, ras=NEAR, prefixes=("9",), strip=1)
    other = world.server(NEAR)
    server = started(world, gatekeeper)
    caller = alice(world, "sip")
    world.until(lambda: trunksOf(server)["near"].state == "up")
    dial(caller, "980001")
    world.until(lambda: caller.speaking and other.legs)
    assert [each.protocol for each in other.legs] == ["h323"]
    caller.hangup()
    world.leave()
    assert world.leftOver() == []


def test_theOperatorCallsByATrunkToo(world: Simulation) -> None:
    server = started(world, SIP_TRUNK)
    caller, called = alice(world, "sip"), behind(world)
    server.server.operator.call("1001", NUMBER)
    world.until(lambda: caller.speaking and called.speaking)


# --- one after the other


@everyCaller
@pytest.mark.parametrize(
    "why",
    [
        Cause.TEMPORARY_FAILURE,
        Cause.NO_CIRCUIT_AVAILABLE,
        Cause.NETWORK_OUT_OF_ORDER,
        Cause.SWITCHING_EQUIPMENT_CONGESTION,
    ],
)
@pytest.mark.parametrize("trunk", [SIP_TRUNK, GATEWAY], ids=["sip", "h323"])
def test_whatATrunkCannotDoTheNextMay(
    world: Simulation, calling: str, why: Cause, trunk: TrunkConfig
) -> None:
    server = started(world, trunk, SPARE)
    caller, first = alice(world, calling), refusing(world, why)
    called = behind(world, FAR)
    dial(caller)
    talk(world, caller, called)
    assert first.reports == ["offered"]
    assert trunksOf(server)["near"].lastCause is not None


@everyCaller
@pytest.mark.parametrize("why", [Cause.USER_BUSY, Cause.UNALLOCATED_NUMBER, Cause.CALL_REJECTED])
def test_whoIsBusyIsNotCalledByAnotherTrunk(world: Simulation, calling: str, why: Cause) -> None:
    started(world, SIP_TRUNK, SPARE)
    caller, spare = alice(world, calling), behind(world, FAR)
    refusing(world, why)
    dial(caller)
    world.until(lambda: caller.cause is not None)
    assert caller.cause is why
    assert "offered" not in spare.reports


@pytest.mark.parametrize("trunk", [SIP_TRUNK, GATEWAY], ids=["sip", "h323"])
def test_aDeadTrunkDelaysTheFirstCallsAndIsThenTheLast(
    world: Simulation, trunk: TrunkConfig
) -> None:
    server = started(world, trunk, SPARE)
    caller, called = alice(world, "sip"), behind(world, FAR)
    dial(caller)
    began = world.clock.seconds()
    talk(world, caller, called)
    assert world.clock.seconds() - began < 8.0  # and not the 32 of Timer B
    called.hangup()
    world.until(lambda: trunksOf(server)["near"].state == "down", 60.0)
    (told,) = server.told(TrunkDown)
    assert told.trunk == "near"
    dial(caller)
    world.until(lambda: called.leg is not None, 1.0)
    assert [each.trunk for each in routeOf(server).destinations] == ["far", "near"]


def test_aTrunkThatAnswersWhenTheCallIsElsewhereIsHungUpOn(world: Simulation) -> None:
    started(world, SIP_TRUNK, SPARE)
    caller, called = alice(world, "sip"), behind(world, FAR)
    near = Scripted(world, NEAR)
    near.status = 0
    dial(caller)
    talk(world, caller, called)
    (invite, *_) = (each for each in near.messages if getattr(each, "method", "") == "INVITE")
    assert isinstance(invite, SIPRequest)
    answer = invite.response(200, None, "late")
    answer = replace(answer.withHeaders(answer.headers.extending(*SDP)), body=BODY)
    near.port.send(write(answer), SIP)
    world.until(lambda: near.methods[-2:] == ["ACK", "BYE"])
    assert caller.speaking


def test_aTrunkThatHasDownsAndUpsIsToldOf(world: Simulation) -> None:
    server = started(world, SIP_TRUNK)
    world.until(lambda: trunksOf(server)["near"].state == "down", 60.0)
    assert trunksOf(server)["near"].reason == "no answer"
    behind(world)
    world.until(lambda: trunksOf(server)["near"].state == "up", 10.0)
    (told,) = server.told(TrunkUp)
    assert 0 < told.lasted < 10.0
    world.leave()
    assert world.leftOver() == []


def test_aTrunkThatRefusesEveryCallIsTriedLastUntilItAnswersACheck(world: Simulation) -> None:
    near = Scripted(world, NEAR)
    server = started(world, SIP_TRUNK, SPARE)
    caller, called = alice(world, "sip"), behind(world, FAR)
    for _ in range(3):
        dial(caller)
        world.until(lambda: caller.speaking, 5.0)
        caller.hangup()
        world.run(0.5)
    assert near.methods.count("INVITE") == 3
    (told,) = server.told(TrunkDown)
    assert told.reason == "a call: TEMPORARY_FAILURE"
    dial(caller)
    world.until(lambda: caller.speaking, 5.0)
    assert near.methods.count("INVITE") == 3
    caller.hangup()
    world.until(lambda: trunksOf(server)["near"].state == "up", 35.0)
    assert called.leg is None


def test_aTrunkThatWantsNoCallsForAWhileIsLeftAlone(world: Simulation) -> None:
    server = started(world, SIP_TRUNK)
    caller = alice(world, "sip")
    near = Scripted(world, NEAR)
    near.extra = (("Retry-After", "20"),)
    dial(caller)
    world.until(lambda: caller.cause is not None)
    assert trunksOf(server)["near"].obstacle == "wants no calls for now"
    assert routeOf(server).refused == "trunksWaiting"
    world.run(10.0)
    caller.cause = None
    dial(caller)
    world.until(lambda: caller.cause is not None)
    assert near.methods.count("INVITE") == 1
    world.run(10.0)
    dial(caller)
    world.until(lambda: near.methods.count("INVITE") == 2)


@everyCaller
def test_aTrunkThatIsFullIsLeftOut(world: Simulation, calling: str) -> None:
    server = started(world, replace(SIP_TRUNK, capacity=1))
    first = sipPhone(world, "10.0.1.9", "1009", CAROL)
    behind(world)
    dial(first)
    world.until(lambda: first.speaking)
    caller = alice(world, calling)
    dial(caller)
    world.until(lambda: caller.cause is not None)
    # A gatekeeper has no cause to give, and says exceedsCallCapacity.
    assert caller.cause is {"sip": Cause.NO_CIRCUIT_AVAILABLE, "h323": Cause.USER_BUSY}[calling]
    first.hangup()
    world.until(lambda: trunksOf(server)["near"].calls == 0)
    assert routeOf(server).refused is None


def test_aTrunkWhosePlaceWasTakenMeanwhileIsPassedOver(world: Simulation) -> None:
    """
    Two calls find the way by the spare trunk free, and wait for the other to say no.
    """
    server = started(world, SIP_TRUNK, replace(SPARE, capacity=1))
    first, second = alice(world, "sip"), h323Phone(world, "10.0.1.9", "1009", CAROL)
    behind(world, FAR)
    dial(first)
    dial(second)
    world.until(lambda: trunksOf(server)["far"].calls == 1, 10.0)
    world.until(lambda: first.cause is not None or second.cause is not None)
    assert {first.cause, second.cause} == {None, Cause.NO_CIRCUIT_AVAILABLE}


# --- what comes from a trunk


def called(world: Simulation, caller: Phone, name: str) -> None:
    """
    A trunk calls somebody here.
    """
    caller.cause = None
    caller.dial(f"sip:{name}@{SERVER}")


@pytest.mark.parametrize("protocol", ["sip", "h323"])
@everyModel
def test_aTrunkCallsWhoIsRegistered(world: Simulation, protocol: str, model: CallModel) -> None:
    started(world, SIP_TRUNK, routed=RoutedConfig(model=model))
    phone, trunk = alice(world, "sip"), behind(world)
    if protocol == "sip":
        trunk.dial(f"sip:1001@{SERVER}")
    else:
        trunk.call("1001", destination=TransportAddress(SERVER, 1720))
    world.until(lambda: phone.speaking and trunk.speaking)
    assert phone.leg is not None
    assert "trunk" in str(phone.leg.calling)


def test_aTrunkThatMayNotCallReachesNobodyButRooms(world: Simulation) -> None:
    started(world, replace(SIP_TRUNK, mayCall=False))
    alice(world, "sip")
    trunk = behind(world)
    called(world, trunk, "1001")
    world.until(lambda: trunk.cause is not None)
    assert trunk.cause is Cause.NO_ROUTE_TO_DESTINATION
    called(world, trunk, "80001")
    world.until(lambda: trunk.speaking)


@pytest.mark.parametrize("transit", [False, True])
def test_whoCallsFromATrunkReachesAnotherOnlyIfItMay(world: Simulation, transit: bool) -> None:
    started(world, replace(SIP_TRUNK, transit=transit), SPARE)
    trunk, other = behind(world), behind(world, FAR)
    called(world, trunk, NUMBER)
    world.until(lambda: trunk.cause is not None or trunk.speaking)
    assert ("offered" in other.reports) is transit
    assert trunk.cause is (None if transit else Cause.EXCHANGE_ROUTING_ERROR)


def test_whoHasCalledFromATrunkIsHandedOnToAnotherByWhoMayCall(world: Simulation) -> None:
    started(world, replace(SIP_TRUNK, prefixes=()), SPARE)
    trunk, other = behind(world), behind(world, FAR, CAROL)
    referrer = Referrer(world)
    called(world, trunk, "script")
    world.until(lambda: trunk.speaking and referrer.talking)
    world.run(0.5)
    referrer.refer(NUMBER)
    talk(world, trunk, other)


def test_whoHasCalledFromATrunkIsSentOnToAnotherByATelephoneOfOurs(world: Simulation) -> None:
    started(world, replace(SIP_TRUNK, prefixes=()), SPARE)
    trunk, other, bob = behind(world), behind(world, FAR, CAROL), Forwarder(world)
    called(world, trunk, "1002")
    bob.forward(f"sip:{NUMBER}@{SERVER}")
    talk(world, trunk, other)


def test_whoHasCalledFromATrunkIsNotSentOnToAnotherByAStranger(world: Simulation) -> None:
    trunks = (replace(SIP_TRUNK, prefixes=()), SPARE)
    routes = (StaticRoute("1009", to=("10.0.1.9:1720",)),)
    world.server(SERVER, Configuration(routing=RoutingConfig(trunks=trunks, routes=routes)))
    trunk, other = behind(world), behind(world, FAR, CAROL)
    stranger = ScriptedCallee(world.network, "10.0.1.9")
    called(world, trunk, "1009")
    world.until(lambda: stranger.received)
    name, fields = uuie.facility(stranger.identity, "callForwarded")
    fields["alternativeAliasAddress"] = [("dialledDigits", NUMBER)]
    stranger.say(MessageType.FACILITY, (name, fields))
    world.until(lambda: trunk.cause is not None)
    assert trunk.cause is Cause.EXCHANGE_ROUTING_ERROR
    assert other.reports == []


class Returning(Phone):
    """
    A trunk that calls us back for each call.
    """

    def legOffered(self, leg: Any) -> None:
        leg.observe(self)
        self.reports.append("offered")
        self.leg = leg
        if leg.protocol == "sip":
            self.call(f"sip:{NUMBER}@{SERVER}")
        else:
            self.call(NUMBER, destination=TransportAddress(SERVER, 1720))


@everyCaller
@pytest.mark.parametrize("trunk", [SIP_TRUNK, GATEWAY], ids=["sip", "h323"])
def test_aTrunkThatCallsUsBackIsToldThatItGoesRound(
    world: Simulation, calling: str, trunk: TrunkConfig
) -> None:
    started(world, replace(trunk, transit=True))
    caller = alice(world, calling)
    near = Returning(world, NEAR, "trunk", BOB)
    dial(caller)
    world.until(lambda: near.cause is not None)
    assert near.reports.count("offered") == 1
    assert near.cause is Cause.EXCHANGE_ROUTING_ERROR


def test_aTrunkThatSendsOurOwnCallBackIsToldSo(world: Simulation) -> None:
    started(world, SIP_TRUNK, SPARE)
    caller, spare = alice(world, "sip"), behind(world, FAR)
    near = Scripted(world, NEAR)
    near.status = 0
    dial(caller)
    world.until(lambda: "INVITE" in near.methods)
    (invite,) = [each for each in near.messages if getattr(each, "method", "") == "INVITE"]
    via = f"SIP/2.0/UDP {NEAR}:5060;branch=z9hG4bKproxy"
    near.port.send(write(invite.withHeaders(invite.headers.prepending("Via", via))), SIP)
    world.until(lambda: 482 in near.statuses)
    near.port.send(write(invite.response(482, None, "there")), SIP)  # type: ignore[union-attr]  # a request
    world.until(lambda: caller.cause is not None)
    assert caller.cause is Cause.EXCHANGE_ROUTING_ERROR
    assert "offered" not in spare.reports


# --- what the operator sees, and changes


def test_whyACallGoesByATrunkIsExplained(world: Simulation) -> None:
    full = replace(SPARE, name="full", address="nowhere.example.com")
    server = started(world, SIP_TRUNK, SPARE, full)
    behind(world, FAR)
    world.until(lambda: trunksOf(server)["near"].state == "down", 60.0)
    answer = routeOf(server)
    assert answer.why == f"trunks knows {NUMBER}"
    assert [(each.trunk, each.signalling) for each in answer.destinations] == [
        ("far", f"{FAR}:5060"),
        ("near", f"{NEAR}:5060"),
    ]
    assert answer.destinations[0].why == (
        "up, serves 00, priority 1, full is left out: its name is not found"
    )
    assert "down for" in answer.destinations[1].why
    said = {each.policy: each.said for each in answer.asked}
    assert said["trunks"].startswith("at trunk far, ")


def test_othersComeWithTheNextReadingAndCallsGoOn(world: Simulation) -> None:
    server = started(world, SIP_TRUNK, replace(SPARE, prefixes=("01",)))
    caller, near = alice(world, "sip"), behind(world)
    dial(caller)
    talk(world, caller, near)
    now = server.server.configuration
    changed = replace(SPARE, weight=7, checkInterval=2.0)
    routing = RoutingConfig(trunks=(changed, replace(SPARE, name="new")))
    server.server.reload(replace(now, routing=routing))
    assert list(trunksOf(server)) == ["far", "new"]
    assert trunksOf(server)["far"].weight == 7
    world.run(4.0)
    talk(world, caller, near)
    near.hangup()
    world.until(lambda: caller.cause is not None)
    world.leave()
    assert world.leftOver() == []


def test_aTrunkThatTheFileHasWrongIsNamedAndNothingChanges(world: Simulation) -> None:
    server = started(world, SIP_TRUNK)
    with pytest.raises(ConfigurationError, match=r"file: routing\.trunks\[0\]\.address: "):
        server.server.reload(parse('[[routing.trunks]]\nname = "x"\naddress = "a b"\n', "file"))
    assert list(trunksOf(server)) == ["near"]


def test_aTrunkWhoseProtocolIsSwitchedOffIsDownAndNoWay(world: Simulation) -> None:
    server = started(world, SIP_TRUNK, SPARE, sip=SIPConfig(enabled=False))
    caller = h323Phone(world, "10.0.1.1", "1001", ALICE)
    world.until(lambda: trunksOf(server)["near"].state == "down", 60.0)
    assert trunksOf(server)["near"].reason == "sip is switched off"
    dial(caller)
    world.until(lambda: caller.cause is not None)
    assert caller.cause is Cause.NO_ROUTE_TO_DESTINATION


def test_whatIsReadAgainUnchangedKeepsItsState(world: Simulation) -> None:
    server = started(world, SIP_TRUNK)
    world.until(lambda: trunksOf(server)["near"].state == "down", 60.0)
    server.server.reload(server.server.configuration)
    assert trunksOf(server)["near"].state == "down"


def test_allThatATrunkIsMadeOfCanBeWrittenDown(world: Simulation) -> None:
    found: dict[str, str] = {}

    def look() -> None:
        calls = ((f"{each}", each) for each in world.clock.getDelayedCalls())
        found.update(hidden([("server", server.server), *calls], isBeyond))

    gatekeeper = TrunkConfig("gk", FAR, TrunkProtocol.H323, ras=FAR, prefixes=())
    gateway = TrunkConfig("gw", FAR, TrunkProtocol.H323, prefixes=())
    server = started(world, SIP_TRUNK, gatekeeper, gateway)
    world.watch(look, 23)
    caller, called = alice(world, "sip"), behind(world)
    dial(caller)
    talk(world, caller, called)
    world.run(10.0)
    world.leave()
    assert found == {}
