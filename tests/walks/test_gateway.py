"""
The walk of a call through the gateway: whoever is registered calls whoever is, by SIP or by
H.323, and they hear each other.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from h323d.config.sections import Configuration
from h323d.gatekeeper.routing.config import RoutingConfig, StaticRoute
from h323d.gateway.config import GatewayConfig
from h323d.h323.calls.callstart import StartUpOptions
from h323d.h323.config import H323Config
from h323d.media.config import MediaConfig
from h323d.operation.routeviews import RouteView
from h323d.operation.views import BridgedView
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.witness.assembly import LINGER
from tests.support.bridged import SERVER, SIP, Phone, SIPPhone, h323Phone, sipPhone
from tests.support.graph import hidden
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.sippeers import ScriptedPeer, offerBody, request
from tests.support.switchboard import EARLY, FAST, SLOW
from tests.walks.test_switchboard import isBeyond

ALICE, BOB, NOBODY = 400, 700, 1000  # Hz
TONES = (ALICE, BOB, NOBODY)

everyPair = pytest.mark.parametrize(
    ("calling", "called"), [("sip", "h323"), ("h323", "sip"), ("sip", "sip")]
)


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=11) as simulation:
        yield simulation


@pytest.fixture
def server(world: Simulation) -> SimulatedServer:
    return world.server(SERVER)


def phone(
    world: Simulation, protocol: str, host: str, alias: str, tone: int, law: MediaFormat, over: str
) -> Phone:
    if protocol == "sip":
        return sipPhone(world, host, alias, tone, law, over=over)
    return h323Phone(world, host, alias, tone, law)


def phones(world: Simulation, calling: str, called: str, over: str = "udp") -> tuple[Phone, Phone]:
    """
    Alice, who speaks A-law alone, and Bob, who speaks mu-law alone.

    @param over: the transport of SIP by which they want to be called.
    """
    alice = phone(world, calling, "10.0.1.1", "1001", ALICE, G711_ALAW, over)
    bob = phone(world, called, "10.0.1.2", "1002", BOB, G711_ULAW, over)
    return alice, bob


def dial(alice: Phone) -> None:
    alice.dial(f"sip:1002@{SERVER}" if isinstance(alice, SIPPhone) else "1002")


def heard(alice: Phone, bob: Phone) -> tuple[list[int], list[int]]:
    return alice.heard.heard(TONES), bob.heard.heard(TONES)


@everyPair
def test_theyHearEachOtherWhateverTheySpeak(
    world: Simulation, server: SimulatedServer, calling: str, called: str
) -> None:
    alice, bob = phones(world, calling, called)
    dial(alice)
    world.until(lambda: alice.speaking and bob.speaking)
    world.run(0.6)
    assert heard(alice, bob) == ([BOB], [ALICE])
    bob.hangup()
    world.run(0.5)
    assert alice.cause is Cause.NORMAL_CALL_CLEARING
    world.leave()
    assert world.leftOver() == []


def ringing(world: Simulation, calling: str, called: str) -> tuple[Phone, Phone]:
    """
    Alice hears that Bob's telephone rings.
    """
    alice, bob = phones(world, calling, called)
    bob.answers = False
    dial(alice)
    world.until(lambda: "alerting" in alice.reports)
    return alice, bob


def talking(world: Simulation, calling: str, called: str) -> tuple[Phone, Phone]:
    alice, bob = phones(world, calling, called)
    dial(alice)
    world.until(lambda: alice.speaking and bob.speaking)
    world.run(0.6)
    assert heard(alice, bob) == ([BOB], [ALICE])
    return alice, bob


@everyPair
def test_whatRingsIsToldAndAnsweredByHand(
    world: Simulation, server: SimulatedServer, calling: str, called: str
) -> None:
    alice, bob = ringing(world, calling, called)
    world.run(5.0)
    assert "answered" not in alice.reports
    bob.pickUp()
    world.until(lambda: alice.speaking and bob.speaking)
    world.run(0.6)
    assert heard(alice, bob) == ([BOB], [ALICE])
    world.leave()
    assert world.leftOver() == []


@everyPair
@pytest.mark.parametrize("cause", [Cause.USER_BUSY, Cause.CALL_REJECTED, Cause.UNALLOCATED_NUMBER])
def test_whyTheCalledPartyDoesNotTakeItIsSeenByTheCaller(
    world: Simulation, server: SimulatedServer, calling: str, called: str, cause: Cause
) -> None:
    alice, bob = ringing(world, calling, called)
    bob.refuse(cause)
    world.until(lambda: alice.cause is not None)
    assert alice.cause is cause
    world.run(LINGER)
    (record,) = server.server.operator.cdr()
    assert (record["outcome"], record["cause"], record["releasedBy"]) == (
        "unanswered",
        int(cause),
        "called",
    )
    world.leave()
    assert world.leftOver() == []


@everyPair
def test_aCallerThatGivesUpStopsTheRinging(
    world: Simulation, server: SimulatedServer, calling: str, called: str
) -> None:
    alice, bob = ringing(world, calling, called)
    alice.hangup()
    world.until(lambda: bob.cause is not None)
    world.run(1.0)
    (record,) = server.server.operator.cdr()
    assert (record["outcome"], record["releasedBy"]) == ("unanswered", "calling")
    world.leave()
    assert world.leftOver() == []


@everyPair
@pytest.mark.parametrize("who", [0, 1])
def test_whoeverHangsUpTheOtherSeesWhy(
    world: Simulation, server: SimulatedServer, calling: str, called: str, who: int
) -> None:
    both = talking(world, calling, called)
    leg = both[who].leg
    assert leg is not None
    leg.hangup(Cause.TEMPORARY_FAILURE)
    world.until(lambda: both[1 - who].cause is not None)
    assert both[1 - who].cause is Cause.TEMPORARY_FAILURE
    world.run(0.5)
    (record,) = server.server.operator.cdr()
    assert (record["model"], record["outcome"]) == ("gateway", "answered")
    assert record["releasedBy"] == ("calling", "called")[who]
    assert "1001" in str(record["calling"])
    assert "1002" in str(record["called"])
    assert record["encoding"] == "PCMA/8000"
    assert record["packetsReceived"] > 20  # type: ignore[operator]  # a number
    world.leave()
    assert world.leftOver() == []


@everyPair
@pytest.mark.parametrize("who", [0, 1])
def test_whoIsHeldIsToldAndHearsAgainAfterwards(
    world: Simulation, server: SimulatedServer, calling: str, called: str, who: int
) -> None:
    both = talking(world, calling, called)
    holder, other = both[who], both[1 - who]
    other.reports.clear()
    assert holder.leg is not None
    holder.leg.changeMedia(holder.speaks.directed(Direction.SENDONLY))
    world.run(1.0)
    assert other.heard.heard(TONES) == []
    assert other.reports == ["mediaLost"]
    holder.leg.changeMedia(holder.speaks)
    world.run(1.0)
    assert heard(*both) == ([BOB], [ALICE])
    world.leave()
    assert world.leftOver() == []


@everyPair
@pytest.mark.parametrize("who", [0, 1])
def test_everyKeyArrivesOnce(
    world: Simulation, server: SimulatedServer, calling: str, called: str, who: int
) -> None:
    both = talking(world, calling, called)
    presser, other = both[who], both[1 - who]
    assert presser.leg is not None
    for digit in "12#*09":
        presser.leg.sendDigit(digit, 100)
        world.run(0.4)
    world.run(1.0)
    assert "".join(digit for digit, _ in other.digits) == "12#*09"
    assert presser.digits == []


@pytest.mark.parametrize("options", [FAST, SLOW, EARLY], ids=["fast", "slow", "early"])
def test_howeverATerminalStartsItsCallThePhoneHearsIt(
    world: Simulation, server: SimulatedServer, options: StartUpOptions
) -> None:
    alice, bob = phones(world, "h323", "sip")
    alice.call("1002", options, profile=alice.speaks)
    world.until(lambda: alice.speaking and bob.speaking)
    world.run(0.6)
    assert heard(alice, bob) == ([BOB], [ALICE])
    alice.hangup()
    world.leave()
    assert world.leftOver() == []


@pytest.mark.parametrize(
    "config",
    [
        H323Config(fastStart=False),
        H323Config(fastStart=False, tunnelling=False),
        H323Config(earlyH245=True),
    ],
    ids=["slow", "apart", "early"],
)
def test_howeverATerminalIsCalledItHearsThePhone(world: Simulation, config: H323Config) -> None:
    world.server(SERVER, Configuration(h323=config))
    alice, bob = phones(world, "sip", "h323")
    dial(alice)
    world.until(lambda: alice.speaking and bob.speaking)
    world.run(0.6)
    assert heard(alice, bob) == ([BOB], [ALICE])
    bob.hangup()
    world.leave()
    assert world.leftOver() == []


@everyPair
def test_whatTheCalledSideSaysBeforeItAnswersIsHeardByACallerOnAConnection(
    world: Simulation, server: SimulatedServer, calling: str, called: str
) -> None:
    alice, bob = phones(world, calling, called, over="tcp")
    bob.answers = False
    alice.dial("1002" if calling == "h323" else f"sip:1002@{SERVER};transport=tcp")
    world.until(lambda: bob.leg is not None)
    bob.speakEarly()
    world.until(lambda: alice.speaking)
    world.run(0.6)
    assert "answered" not in alice.reports
    assert alice.heard.heard(TONES) == [BOB]
    bob.pickUp()
    world.until(lambda: "answered" in alice.reports)
    world.run(0.6)
    assert heard(alice, bob) == ([BOB], [ALICE])
    world.leave()
    assert world.leftOver() == []


@everyPair
def test_whoHangsUpInTheMomentOfTheAnswerLeavesNothingBehind(
    world: Simulation, server: SimulatedServer, calling: str, called: str
) -> None:
    alice, bob = ringing(world, calling, called)
    bob.pickUp()
    alice.hangup()
    world.until(lambda: alice.cause is not None and bob.cause is not None)
    world.leave()
    assert world.leftOver() == []


@everyPair
def test_whoeverIsNotHeardAnyMoreIsGivenUp(world: Simulation, calling: str, called: str) -> None:
    media = MediaConfig(silenceTimeout=20.0)
    server = world.server(SERVER, Configuration(media=media))
    talking(world, calling, called)
    world.network.conditions.loss = 1.0
    world.until(lambda: not server.server.gateway.bridges, 60.0)
    world.run(LINGER)
    (record,) = server.server.operator.cdr()
    assert record["cause"] == int(Cause.RECOVERY_ON_TIMER_EXPIRY)


@pytest.mark.parametrize("who", [0, 1])
def test_aTerminalWhoseConnectionIsLostTakesThePhoneAlong(
    world: Simulation, server: SimulatedServer, who: int
) -> None:
    both = talking(world, *(("h323", "sip"), ("sip", "h323"))[who])
    world.network.resetStreams(both[who].address)
    world.until(lambda: both[1 - who].cause is not None)
    assert both[1 - who].cause is Cause.TEMPORARY_FAILURE


def test_whoIsNotRegisteredCallsNobodyButRooms(world: Simulation, server: SimulatedServer) -> None:
    sipPhone(world, "10.0.1.2", "1002", BOB)
    stranger = Phone(world, "10.0.1.3", "stranger", NOBODY)
    stranger.dial(f"sip:1002@{SERVER}")
    world.until(lambda: stranger.cause is not None)
    assert stranger.cause is Cause.NO_ROUTE_TO_DESTINATION


def test_whereTheyAreLetInStrangersCallToo(world: Simulation) -> None:
    world.server(SERVER, Configuration(gateway=GatewayConfig(acceptUnregistered=True)))
    bob = sipPhone(world, "10.0.1.2", "1002", BOB)
    stranger = Phone(world, "10.0.1.3", "stranger", ALICE)
    stranger.call("1002", destination=TransportAddress(SERVER, 1720))
    world.until(lambda: stranger.speaking and bob.speaking)
    world.run(0.6)
    assert heard(stranger, bob) == ([BOB], [ALICE])


@everyPair
def test_theCalledSideSeesWhoCalls(
    world: Simulation, server: SimulatedServer, calling: str, called: str
) -> None:
    _, bob = talking(world, calling, called)
    assert bob.leg is not None
    assert "1001" in [name.number for name in bob.leg.calling]
    assert bob.leg.displayName != "h323d"  # which is ours


def test_theOperatorSeesBothLegsAndEndsThemTogether(
    world: Simulation, server: SimulatedServer
) -> None:
    alice, bob = talking(world, "sip", "h323")
    operator = server.server.operator
    views = [each for each in operator.calls() if isinstance(each, BridgedView)]
    assert [(each.protocol, each.direction, each.bridge) for each in views] == [
        ("sip", "incoming", "talking"),
        ("h323", "outgoing", "talking"),
    ]
    assert [each.media.format for each in views if each.media is not None] == [
        "PCMA/8000",
        "PCMU/8000",
    ]
    assert len({each.callId for each in views}) == 1
    operator.hangup(views[0].callId)
    world.until(lambda: alice.cause is not None and bob.cause is not None)


def test_whereACallToAPhoneWouldGoIsExplained(world: Simulation, server: SimulatedServer) -> None:
    sipPhone(world, "10.0.1.2", "1002", BOB)
    answers: list[RouteView] = []
    server.server.operator.route("1002").addCallback(answers.append)
    (answer,) = answers
    assert answer.why == "registered knows 1002"
    assert [each.signalling for each in answer.destinations] == [f"{SERVER}:1720"]


def test_aPhoneThatIsForbiddenIsNotCalledThoughItIsRegistered(world: Simulation) -> None:
    rule = StaticRoute("1002", reject=True)
    world.server(SERVER, Configuration(routing=RoutingConfig(routes=(rule,))))
    alice, _ = phones(world, "sip", "sip")
    dial(alice)
    world.until(lambda: alice.cause is not None)
    assert alice.cause is not Cause.NORMAL_CALL_CLEARING


def invite(world: Simulation, hops: int = 70) -> ScriptedPeer:
    """
    Somebody registered, who calls Bob, and says what no telephone of ours would.
    """
    sipPhone(world, "10.0.0.3", "script", ALICE).close()
    peer = ScriptedPeer(world, "10.0.0.3")
    text = request(
        "INVITE", uri=f"sip:1002@{SERVER}", body=offerBody("10.0.1.1"), extra="Privacy: id\n"
    )
    peer.send(text.replace("Max-Forwards: 70", f"Max-Forwards: {hops}"), SIP)
    return peer


@pytest.mark.parametrize("called", ["sip", "h323"])
def test_whoDoesNotWantToBeKnownIsNot(
    world: Simulation, server: SimulatedServer, called: str
) -> None:
    bob = phone(world, called, "10.0.1.2", "1002", BOB, G711_ULAW, "udp")
    invite(world)
    world.until(lambda: bob.leg is not None)
    assert bob.leg is not None
    shown = f"{bob.leg.calling} {bob.leg.displayName}"
    assert "nonymous" in shown
    assert "cript" not in shown


@pytest.mark.parametrize("called", ["sip", "h323"])
@pytest.mark.parametrize(("hops", "rings"), [(2, True), (1, True), (0, False)])
def test_aCallEndsThatHasGoneOverTooManyServers(
    world: Simulation, server: SimulatedServer, called: str, hops: int, rings: bool
) -> None:
    bob = phone(world, called, "10.0.1.2", "1002", BOB, G711_ULAW, "udp")
    peer = invite(world, hops)
    world.run(2.0)
    assert (bob.leg is not None) is rings
    assert (483 in peer.statuses) is not rings
    assert world.failures == []


def test_allThatABridgedCallIsMadeOfCanBeWrittenDown(
    world: Simulation, server: SimulatedServer
) -> None:
    found: dict[str, str] = {}

    def look() -> None:
        calls = ((f"{each}", each) for each in world.clock.getDelayedCalls())
        found.update(hidden([("server", server.server), *calls], isBeyond))

    world.watch(look, 23)
    alice, bob = talking(world, "sip", "h323")
    assert alice.leg is not None
    alice.leg.changeMedia(alice.speaks.directed(Direction.SENDONLY))
    world.run(0.5)
    bob.hangup()
    world.leave()
    assert found == {}
