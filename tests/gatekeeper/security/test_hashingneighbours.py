"""
Neighbours that hash their password, as a GnuGk does, and sign nothing.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred

from h323d.events.doors import AuthenticationFailed
from h323d.gatekeeper.routing.chain import Called, Decision
from h323d.gatekeeper.routing.config import NeighbourConfig, NeighbourScheme, RoutingConfig
from h323d.h323.ras.messages import RASMessage, decodeRAS, reasonOf
from h323d.h323.security.passwordtokens import (
    GK_PWD_HASH,
    gatekeeperProofs,
    gatekeeperToken,
    verifyMD5,
)
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import TransportAddress
from h323d.values.proof import Proof
from tests.support.captures import captured, needsCaptures
from tests.support.ras import GATEKEEPER, Peer, at, lrq, rrq, sci
from tests.support.secured import GATEKEEPER_ID, SecuredPeer
from tests.support.zone import World

GNUGK, NORTH, STRANGER = "10.0.0.8", "10.0.0.9", "10.0.0.66"
PASSWORD = "between friends"
ROOM, BERT = ("dialledDigits", "80001"), ("h323-ID", "bert")


def hashing(name: str, address: str, password: str = PASSWORD) -> NeighbourConfig:
    return NeighbourConfig(
        name,
        address,
        gatekeeperIdentifier=name,
        password=password,
        scheme=NeighbourScheme.GK_PWD_HASH,
    )


@pytest.fixture
def world(makeWorld: Any) -> World:
    signing = NeighbourConfig("north", NORTH, prefixes=(), password=PASSWORD, sendersID="north")
    result: World = makeWorld(RoutingConfig(neighbours=(hashing("gnu", GNUGK), signing)))
    return result


def proved(
    world: World, message: RASMessage, password: str = PASSWORD, name: str = "gnu", skew: int = 0
) -> RASMessage:
    """
    A message with the hash of a password.
    """
    proof = Proof(GK_PWD_HASH, name, int(world.clock.seconds()) + skew)
    tokens = [gatekeeperToken(proof, password)]
    return RASMessage(message.name, message.fields | {"cryptoTokens": tokens})


def reasons(world: World) -> list[str]:
    return [fact.reason for fact in world.told(AuthenticationFailed)]


def test_aQuestionWithTheHashIsAnsweredAndTheAnswerIsNotSigned(world: World) -> None:
    answer = world.peer(GNUGK).ask(proved(world, lrq(1, GNUGK, ROOM)))
    assert answer.name == "locationConfirm"
    assert "cryptoTokens" not in answer.fields
    assert reasons(world) == []


def test_allQuestionsOfOneSecondHaveTheSameHash(world: World) -> None:
    peer = world.peer(GNUGK)
    for number in (1, 2):
        assert peer.ask(proved(world, lrq(number, GNUGK, ROOM))).name == "locationConfirm"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"password": "guess"}, "securityIntegrityFailed"),
        ({"name": "north"}, "securityWrongSendersID"),
        ({"skew": 7300}, "securityWrongSyncTime"),
    ],
)
def test_anotherHashIsRefused(world: World, more: Any, reason: str) -> None:
    answer = world.peer(GNUGK).ask(proved(world, lrq(1, GNUGK, ROOM), **more))
    assert reasonOf(answer) == "securityDenial"
    assert reasons(world) == [reason]


def test_aQuestionWithoutOneIsRefused(world: World) -> None:
    assert reasonOf(world.peer(GNUGK).ask(lrq(1, GNUGK, ROOM))) == "securityDenial"
    assert reasons(world) == ["absent"]


def test_whoHasToSignCannotDoWithAHash(world: World) -> None:
    answer = world.peer(NORTH).ask(proved(world, lrq(1, NORTH, ROOM), name="north"))
    assert reasonOf(answer) == "securityDenial"
    assert reasons(world) == ["absent"]


def test_aHashFromElsewhereProvesNothing(world: World) -> None:
    answer = world.peer(STRANGER).ask(proved(world, lrq(1, STRANGER, ROOM)))
    assert reasonOf(answer) == "invalidPermission"


def test_ofSeveralAtOneHostTheNameTells(makeWorld: Any) -> None:
    others = (hashing("gnu", GNUGK), hashing("gnat", f"{GNUGK}:1729", "other"))
    world = makeWorld(RoutingConfig(neighbours=others))
    peer = world.peer(GNUGK)
    right = proved(world, lrq(1, GNUGK, ROOM), "other", "gnat")
    assert peer.ask(right).name == "locationConfirm"
    wrong = proved(world, lrq(2, GNUGK, ROOM), PASSWORD, "gnat")
    assert reasonOf(peer.ask(wrong)) == "securityDenial"


def test_anIndicationWithTheHashIsAnsweredAndOneWithAnotherIsNot(world: World) -> None:
    peer = world.peer(GNUGK)
    assert peer.ask(proved(world, sci(1, "open"))).name == "serviceControlResponse"
    peer.received.clear()
    peer.send(proved(world, sci(2, "open"), "guess"))
    pump(world, 1)
    assert peer.messages() == []
    assert reasons(world) == ["securityIntegrityFailed"]


def test_anEndpointAtItsHostIndicatesAsBefore(world: World) -> None:
    assert world.peer(GNUGK).ask(sci(1, "open")).name == "serviceControlResponse"


def test_whatElseItSendsIsJudgedAsAnybodys(world: World) -> None:
    assert world.peer(GNUGK).ask(rrq(1, GNUGK, BERT)).name == "registrationConfirm"


# --- our questions


def pump(world: World, seconds: float = 0.2) -> None:
    for _ in range(int(seconds / 0.02) + 1):
        world.clock.advance(0.02)


def asked(world: World, peer: Peer) -> tuple[RASMessage, list[Decision]]:
    found: list[Decision] = []
    finding = world.zone.chain.find(Called((partyFromText("bert"),), hops=6))
    assert isinstance(finding, Deferred)
    finding.addCallback(found.append)
    pump(world)
    return peer.messages()[-1], found


def confirm(number: int) -> RASMessage:
    fields = {
        "requestSeqNum": number,
        "callSignalAddress": at("10.9.0.1", 1720),
        "rasAddress": at(GNUGK, 1719),
    }
    return RASMessage("locationConfirm", fields)


def test_ourQuestionsHaveTheHash(world: World) -> None:
    question, _ = asked(world, world.peer(GNUGK))
    ((proof, digest),) = gatekeeperProofs(question.fields)
    assert proof == Proof(GK_PWD_HASH, GATEKEEPER_ID, int(world.clock.seconds()))
    assert verifyMD5(proof, digest, PASSWORD)
    assert len(question.fields["cryptoTokens"]) == 1


def test_anUnsignedAnswerToOneIsBelieved(world: World) -> None:
    peer = world.peer(GNUGK)
    question, found = asked(world, peer)
    peer.send(confirm(question.requestSeqNum))
    pump(world)
    ((destination,),) = found  # type: ignore[misc]  # a refusal cannot be taken apart, and fails
    assert destination.destination == TransportAddress("10.9.0.1", 1720)


def test_anAnswerToNoneIsNot(world: World) -> None:
    peer, stranger = world.peer(GNUGK), world.peer(STRANGER)
    question, found = asked(world, peer)
    peer.send(confirm(question.requestSeqNum + 1))
    stranger.send(confirm(question.requestSeqNum))
    pump(world)
    assert found == []


# --- a real one


@needsCaptures
def test_whatAGnuGkAskedIsAnswered(makeWorld: Any) -> None:
    """
    The same octets that were refused, from the same address at the same time.
    """
    ((sent, octets),) = captured("nbpw", "GnuGk", "locationRequest")
    host = "127.0.31.32"
    world = makeWorld(RoutingConfig(neighbours=(hashing("GnuGkA", host, "nbpw"),)))
    world.clock.advance(sent - world.clock.seconds())
    world.registered("10.0.0.7", ("dialledDigits", "1001"))
    peer = SecuredPeer(world, host)
    answer = decodeRAS(peer.exchange(octets))
    assert answer.name == "locationConfirm"
    assert answer.fields["callSignalAddress"] == at("10.0.0.7", 1720)


@needsCaptures
def test_whatItAnsweredIsTaken(makeWorld: Any) -> None:
    host = "127.0.31.32"
    world = makeWorld(RoutingConfig(neighbours=(hashing("GnuGkA", host, "nbpw"),)))
    octets = captured("nbpw", "GnuGk", "locationReject")[0][1]
    peer = world.peer(host)
    question, found = asked(world, peer)
    number = question.requestSeqNum - 1  # as PER has it
    peer.port.send(octets[:1] + number.to_bytes(2) + octets[3:], GATEKEEPER)
    pump(world)
    assert found == [None]
