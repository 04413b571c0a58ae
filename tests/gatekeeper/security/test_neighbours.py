"""
Which neighbours are believed: their questions, and their answers to ours.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from h323d.errors import ConfigurationError
from h323d.events.doors import AuthenticationFailed
from h323d.events.gatekeeper import GatekeepersAsked
from h323d.gatekeeper.routing.chain import Called, Decision
from h323d.gatekeeper.routing.config import NeighbourConfig, RoutingConfig
from h323d.gatekeeper.security.config import Requirement, SecurityConfig
from h323d.h323.ras.channel import DISCOVERY_GROUP
from h323d.h323.ras.messages import RASMessage, decodeRAS, reasonOf
from h323d.h323.security.h235 import HashedToken, tokenIn
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import TransportAddress
from tests.support.ras import GATEKEEPER, Peer, at, lrq
from tests.support.secured import GATEKEEPER_ID, SecuredPeer
from tests.support.signatures import isSignedWith
from tests.support.zone import World

NORTH, SOUTH, HOUSE, VICTIM = "10.0.0.8", "10.0.0.9", "10.0.0.10", "10.0.0.66"
PASSWORD, OTHER = "between friends", "between others"
ROOM, BERT = ("dialledDigits", "80001"), ("h323-ID", "bert")
NOBODY = None  # what is found when nobody knows
QUICK = 0.2  # seconds: much less than anybody waits for an answer
FIRST = NeighbourConfig("first", HOUSE, prefixes=(), password=PASSWORD, sendersID="first")
SECOND = NeighbourConfig(
    "second", f"{HOUSE}:1729", prefixes=(), password=OTHER, sendersID="second", asks=False
)
OPEN = NeighbourConfig("open", f"{HOUSE}:1739", prefixes=())
ROUTING = RoutingConfig(
    neighbours=(
        NeighbourConfig("north", NORTH, gatekeeperIdentifier="north", password=PASSWORD),
        NeighbourConfig("south", SOUTH, prefixes=()),
        FIRST,
        SECOND,
        OPEN,
    )
)


@pytest.fixture
def world(makeWorld: Any) -> World:
    result: World = makeWorld(ROUTING)
    return result


def north(world: World, password: str = PASSWORD, **more: Any) -> SecuredPeer:
    return SecuredPeer(world, NORTH, password, sender=more.pop("sender", "north"), **more)


def pump(world: World, seconds: float = QUICK) -> None:
    for _ in range(int(seconds / 0.02) + 1):
        world.clock.advance(0.02)


def reasons(world: World) -> list[str]:
    return [fact.reason for fact in world.told(AuthenticationFailed)]


def tokenOf(octets: bytes) -> HashedToken:
    token = tokenIn(decodeRAS(octets).fields)
    assert token is not None
    return token


def names(peer: Peer) -> list[str]:
    return [each.name for each in peer.messages()]


# --- its questions


def test_whatASignedQuestionAsksIsAnsweredAndTheAnswerIsSigned(world: World) -> None:
    peer = north(world)
    octets = peer.exchange(peer.signed(lrq(1, NORTH, ROOM)))
    assert decodeRAS(octets).name == "locationConfirm"
    token = tokenOf(octets)
    assert (token.proof.identity, token.generalID) == (GATEKEEPER_ID, "north")
    assert isSignedWith(PASSWORD, octets, token.hash)
    assert world.told(AuthenticationFailed) == []


def test_aRejectIsSignedToo(world: World) -> None:
    peer = north(world)
    octets = peer.exchange(peer.signed(lrq(1, NORTH, BERT, hopCount=1)))
    assert decodeRAS(octets).name == "locationReject"
    assert isSignedWith(PASSWORD, octets, tokenOf(octets).hash)


def test_oneOfTheFirstVersionIsAnsweredInThat(world: World) -> None:
    peer = north(world, version=1)
    assert tokenOf(peer.exchange(peer.signed(lrq(1, NORTH, ROOM)))).version == 1


def test_anUnsignedQuestionIsRefusedAndTold(world: World) -> None:
    answer = world.peer(NORTH).ask(lrq(1, NORTH, ROOM))
    assert (answer.name, reasonOf(answer)) == ("locationReject", "securityDenial")
    (fact,) = world.told(AuthenticationFailed)
    assert fact.source == TransportAddress(NORTH, 1719)
    assert (fact.message, fact.identity, fact.reason) == ("locationRequest", "north", "absent")


def test_nothingIsSignedForWhoDoesNotKnowThePassword(world: World) -> None:
    peer = north(world, "guess")
    answer = peer.ask(lrq(1, NORTH, ROOM))
    assert reasonOf(answer) == "securityDenial"
    assert tokenIn(answer.fields) is None
    assert reasons(world) == ["securityIntegrityFailed"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"sender": "south"}, "securityWrongSendersID"),
        ({"receiver": "south"}, "securityWrongGeneralID"),
        ({"skew": -7300}, "securityWrongSyncTime"),
    ],
)
def test_whoKnowsThePasswordIsRefusedWithASignature(world: World, more: Any, reason: str) -> None:
    peer = north(world, **more)
    octets = peer.exchange(peer.signed(lrq(1, NORTH, ROOM)))
    assert reasonOf(decodeRAS(octets)) == "securityDenial"
    assert isSignedWith(PASSWORD, octets, tokenOf(octets).hash)
    assert reasons(world) == [reason]


@pytest.mark.parametrize(("allowed", "name"), [(True, "Confirm"), (False, "Reject")])
def test_whetherItHasToNameUsIsConfigured(makeWorld: Any, allowed: bool, name: str) -> None:
    world = makeWorld(ROUTING, SecurityConfig(allowNoGeneralID=allowed))
    assert north(world, receiver="").ask(lrq(1, NORTH, ROOM)).name == f"location{name}"


def test_itHasToSignWhereEndpointsNeedNot(makeWorld: Any) -> None:
    world = makeWorld(ROUTING, SecurityConfig(h2351=Requirement.OFF))
    assert reasonOf(world.peer(NORTH).ask(lrq(1, NORTH, ROOM))) == "securityDenial"


def test_oneWithoutAPasswordIsKnownByItsAddress(world: World) -> None:
    answer = world.peer(SOUTH).ask(lrq(1, SOUTH, ROOM))
    assert answer.name == "locationConfirm"
    assert tokenIn(answer.fields) is None


def test_aReplayIsRefused(world: World) -> None:
    peer, elsewhere = north(world), world.peer(NORTH, 40000)
    octets = peer.signed(lrq(1, NORTH, ROOM))
    peer.exchange(octets)
    elsewhere.port.send(octets, GATEKEEPER)
    pump(world)
    assert [reasonOf(each) for each in elsewhere.messages()] == ["securityDenial"]
    assert reasons(world) == ["securityReplay"]


def test_aRepetitionIsAnsweredWithTheSameOctets(world: World) -> None:
    peer = north(world)
    octets = peer.signed(lrq(1, NORTH, ROOM))
    first = peer.exchange(octets)
    pump(world, 10)
    assert peer.exchange(octets) == first
    assert world.told(AuthenticationFailed) == []


# --- where the answer goes


def test_whoIsNotBelievedIsAnsweredWhereItIs(world: World) -> None:
    victim, asker = world.peer(VICTIM), world.peer(NORTH, 40000)
    asker.send(lrq(1, VICTIM, ROOM))
    pump(world)
    assert names(asker) == ["locationReject"]
    assert victim.received == []


def test_whoIsBelievedIsAnsweredWhereItSays(world: World) -> None:
    peer, other = north(world), world.peer(NORTH, 40000)
    question = lrq(1, NORTH, ROOM, replyAddress=at(NORTH, 40000))
    peer.peer.port.send(peer.signed(question), GATEKEEPER)
    pump(world)
    assert peer.peer.received == []
    assert names(other) == ["locationConfirm"]


@pytest.mark.parametrize("signed", [False, True])
def test_aQuestionToAllIsAnsweredOnlyIfItIsProved(world: World, signed: bool) -> None:
    peer = north(world)
    question = lrq(1, NORTH, ROOM)
    if signed:
        peer.peer.port.send(peer.signed(question), DISCOVERY_GROUP)
    else:
        peer.peer.send(question, DISCOVERY_GROUP)
    pump(world)
    assert names(peer.peer) == (["locationConfirm"] if signed else [])
    assert reasons(world) == ([] if signed else ["absent"])


# --- several at one host


def house(world: World, sender: str, password: str) -> SecuredPeer:
    return SecuredPeer(world, HOUSE, password, sender)


def test_ofSeveralAtOneHostItIsTheOneThatItProvesToBe(world: World) -> None:
    peer = house(world, "first", PASSWORD)
    octets = peer.exchange(peer.signed(lrq(1, HOUSE, ROOM)))
    assert decodeRAS(octets).name == "locationConfirm"
    assert tokenOf(octets).generalID == "first"


def test_whatThatOneMayCountsAndNotWhatItsPortMay(world: World) -> None:
    peer = house(world, "second", OTHER)  # from the port of the first
    octets = peer.exchange(peer.signed(lrq(1, HOUSE, ROOM)))
    assert reasonOf(decodeRAS(octets)) == "invalidPermission"
    assert isSignedWith(OTHER, octets, tokenOf(octets).hash)


@pytest.mark.parametrize(
    ("sender", "password", "reason"),
    [("first", OTHER, "securityIntegrityFailed"), ("third", PASSWORD, "unknown")],
)
def test_thePasswordOfOneDoesNotProveAnother(
    world: World, sender: str, password: str, reason: str
) -> None:
    assert reasonOf(house(world, sender, password).ask(lrq(1, HOUSE, ROOM))) == "securityDenial"
    assert reasons(world) == [reason]


@pytest.mark.parametrize("port", [1719, 1739, 40000])
def test_aPortProvesNothing(world: World, port: int) -> None:
    answer = world.peer(HOUSE, port).ask(lrq(1, HOUSE, ROOM))
    assert reasonOf(answer) == "securityDenial"
    (fact,) = world.told(AuthenticationFailed)
    assert (fact.identity, fact.reason) == ("", "absent")


# --- its answers


def asked(world: World, peer: SecuredPeer) -> tuple[RASMessage, list[Decision]]:
    """
    Look for bert, and read the question.

    @return: the question, and what is found; empty as long as nothing is.
    """
    found: list[Decision] = []
    finding = world.zone.chain.find(Called((partyFromText("bert"),), hops=6))
    assert isinstance(finding, Deferred)
    finding.addCallback(found.append)
    pump(world)
    octets, _ = peer.peer.received[-1]
    token = tokenOf(octets)
    assert (token.proof.identity, token.generalID) == (GATEKEEPER_ID, "north")
    assert isSignedWith(PASSWORD, octets, token.hash)
    return decodeRAS(octets), found


def confirm(question: RASMessage) -> RASMessage:
    fields = {
        "requestSeqNum": question.requestSeqNum,
        "callSignalAddress": at("10.9.0.1", 1720),
        "rasAddress": at(NORTH, 1719),
    }
    return RASMessage("locationConfirm", fields)


def reject(question: RASMessage) -> RASMessage:
    fields = {"requestSeqNum": question.requestSeqNum, "rejectReason": ("notRegistered", None)}
    return RASMessage("locationReject", fields)


def progress(question: RASMessage) -> RASMessage:
    fields = {"requestSeqNum": question.requestSeqNum, "delay": 10000}
    return RASMessage("requestInProgress", fields)


def test_aSignedConfirmIsBelieved(world: World) -> None:
    peer = north(world)
    question, found = asked(world, peer)
    peer.peer.port.send(peer.signed(confirm(question)), GATEKEEPER)
    pump(world)
    ((destination,),) = found  # type: ignore[misc]  # a refusal cannot be taken apart, and fails
    assert destination.destination == TransportAddress("10.9.0.1", 1720)


def test_aSignedRejectIsBelieved(world: World) -> None:
    peer = north(world)
    question, found = asked(world, peer)
    peer.peer.port.send(peer.signed(reject(question)), GATEKEEPER)
    pump(world)
    assert found == [NOBODY]
    assert world.told(AuthenticationFailed) == []


@pytest.mark.parametrize("answer", [confirm, reject])
@pytest.mark.parametrize("password", ["", "guess"])
def test_anotherAnswerIsNone(world: World, answer: Any, password: str) -> None:
    peer = north(world, password)
    question, found = asked(world, peer)
    message = answer(question)
    if password:
        peer.peer.port.send(peer.signed(message), GATEKEEPER)
    else:
        peer.peer.send(message)
    pump(world)
    assert found == []
    (fact,) = world.told(AuthenticationFailed)
    assert fact.source == TransportAddress(NORTH, 1719)
    assert (fact.message, fact.identity) == (message.name, "north")
    assert fact.reason == ("securityIntegrityFailed" if password else "absent")
    pump(world, 5)
    assert found == [NOBODY]
    assert [each.answeredBy for each in world.told(GatekeepersAsked)] == [None]


def test_theTrueAnswerMayComeAfterAForgedOne(world: World) -> None:
    peer = north(world)
    question, found = asked(world, peer)
    peer.peer.send(reject(question))
    pump(world)
    peer.peer.port.send(peer.signed(confirm(question)), GATEKEEPER)
    pump(world)
    assert len(found) == 1
    assert found != [NOBODY]


def test_anAnnouncementThatIsShownAgainExtendsNothing(world: World) -> None:
    peer = north(world)
    question, found = asked(world, peer)
    octets = peer.signed(progress(question))
    for _ in range(2):
        peer.peer.port.send(octets, GATEKEEPER)
        pump(world, 8)
    assert reasons(world) == ["securityReplay"]
    assert found == [NOBODY]


def test_onlyASignedAnnouncementExtendsTheWait(world: World) -> None:
    peer = north(world)
    question, found = asked(world, peer)
    peer.peer.send(progress(question))
    pump(world, 6)
    assert found == [NOBODY]
    question, found = asked(world, peer)
    for _ in range(2):
        peer.peer.port.send(peer.signed(progress(question)), GATEKEEPER)
        pump(world, 8)
        assert found == []
    peer.peer.port.send(peer.signed(confirm(question)), GATEKEEPER)
    pump(world)
    assert len(found) == 1


def test_eachOfOurAnnouncementsIsSignedAnew(makeWorld: Any) -> None:
    slow = NeighbourConfig("slow", SOUTH, timeout=15.0)
    world = makeWorld(RoutingConfig(neighbours=(*ROUTING.neighbours[:1], slow)))
    peer = north(world)
    peer.peer.port.send(peer.signed(lrq(1, NORTH, BERT, hopCount=4)), GATEKEEPER)
    pump(world, 8)
    received = [octets for octets, _ in peer.peer.received]
    assert names(peer.peer) == ["requestInProgress"] * 2
    first, second = (tokenOf(octets) for octets in received)
    assert first.proof != second.proof
    for octets, token in zip(received, (first, second), strict=True):
        assert isSignedWith(PASSWORD, octets, token.hash)


# --- reloading


def test_aPasswordHoldsFromTheReloadOn(world: World) -> None:
    signing = NeighbourConfig("south", SOUTH, password=PASSWORD, sendersID="south")
    world.reload(routing=RoutingConfig(neighbours=(signing,)))
    assert reasonOf(world.peer(SOUTH).ask(lrq(1, SOUTH, ROOM))) == "securityDenial"
    # and the one that is gone is a stranger
    assert reasonOf(world.peer(NORTH).ask(lrq(1, NORTH, ROOM))) == "invalidPermission"


def test_aReplayIsOneAfterAReloadToo(world: World) -> None:
    peer, elsewhere = north(world), world.peer(NORTH, 40000)
    octets = peer.signed(lrq(1, NORTH, ROOM))
    peer.exchange(octets)
    world.reload(routing=RoutingConfig(neighbours=ROUTING.neighbours[:1]))
    elsewhere.port.send(octets, GATEKEEPER)
    pump(world)
    assert [reasonOf(each) for each in elsewhere.messages()] == ["securityDenial"]


def test_aPasswordIsReadAnewThoughOnlyItsFileChanged(world: World, tmp_path: Path) -> None:
    file = tmp_path / "north"
    file.write_text("another\n")
    signing = NeighbourConfig("north", NORTH, passwordFile=str(file), sendersID="north")
    routing = RoutingConfig(neighbours=(signing,))
    world.reload(routing=routing)
    peer = north(world)
    assert reasonOf(peer.ask(lrq(1, NORTH, ROOM))) == "securityDenial"
    file.write_text(f"{PASSWORD}\n")
    world.reload(routing=routing)
    assert peer.ask(lrq(2, NORTH, ROOM)).name == "locationConfirm"


def test_aFileThatCannotBeReadChangesNothing(world: World, tmp_path: Path) -> None:
    gone = NeighbourConfig("gone", SOUTH, passwordFile=str(tmp_path / "gone"), sendersID="south")
    with pytest.raises(ConfigurationError, match=r"^routing\.neighbours\[0\]\.passwordFile: "):
        world.reload(routing=RoutingConfig(neighbours=(gone,)))
    assert north(world).ask(lrq(1, NORTH, ROOM)).name == "locationConfirm"
