"""
The walk of a refusal, and of an end, through the gateway: what one protocol says of it, the other
says in its own words.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from h323d.h323.signalling import messages, uuie
from h323d.h323.signalling.q931 import MessageType
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.bridged import SERVER
from tests.support.bridgedcalls import SIPScript, serverBefore
from tests.support.h323 import ScriptedCallee, ScriptedPeer
from tests.support.simulation import Simulation

TERMINAL, CALLER = "10.0.1.9", "10.0.1.8"
NUMBER = "1009"  # that leads to the terminal


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=31) as simulation:
        serverBefore(simulation, TERMINAL, NUMBER)
        yield simulation


def toTerminal(world: Simulation) -> tuple[SIPScript, ScriptedCallee]:
    """
    A telephone that has called the terminal.
    """
    alice, bob = SIPScript(world, 0), ScriptedCallee(world.network, TERMINAL)
    alice.invite(alice.offer(), number=NUMBER)
    world.until(lambda: bob.received)
    return alice, bob


def toPhone(world: Simulation) -> tuple[ScriptedPeer, SIPScript]:
    """
    A terminal that has called the telephone.
    """
    bob = SIPScript(world, 1)
    alice = ScriptedPeer(world.network, CALLER, TransportAddress(SERVER, 1720))
    alice.send(alice.makeSetup(called="1002"))
    world.until(lambda: bob.requests("INVITE"))
    return alice, bob


def reasonOf(released: ScriptedPeer | ScriptedCallee) -> str | None:
    """
    That of the ReleaseComplete, which came last.
    """
    message, content = released.received[-1]
    assert message.messageType == MessageType.RELEASE_COMPLETE
    return content.reason


# By cause, from H.323 to SIP: RFC 3398, 7.2.4.1.


@pytest.mark.parametrize(
    ("cause", "status"),
    [
        *((1, 404), (2, 404), (3, 404), (16, 480), (17, 486), (18, 408), (19, 480), (20, 480)),
        *((21, 403), (22, 410), (25, 483), (26, 404), (27, 502), (28, 484), (29, 501), (31, 480)),
        *((34, 503), (38, 503), (41, 503), (42, 503), (44, 503), (47, 503), (55, 403), (57, 403)),
        *((58, 503), (63, 501), (65, 488), (69, 501), (70, 488), (79, 501), (87, 403), (88, 488)),
        *((102, 504), (111, 500), (127, 500)),
    ],
)
def test_aTerminalsCauseIsAStatusThatKeepsIt(world: Simulation, cause: int, status: int) -> None:
    alice, bob = toTerminal(world)
    bob.send(messages.release(Cause(cause)))
    world.until(lambda: alice.isAnswered)
    assert alice.final.status == status
    assert f"Q.850;cause={cause}" in (alice.final.headers.get("Reason") or "")


# By reason alone, from H.323 to SIP: interworking after H.225.0, table 5.


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        *(("noBandwidth", 503), ("gatekeeperResources", 503), ("unreachableDestination", 404)),
        *(("destinationRejection", 480), ("invalidRevision", 488), ("noPermission", 403)),
        *(("unreachableGatekeeper", 503), ("gatewayResources", 503), ("badFormatAddress", 484)),
        *(("adaptiveBusy", 503), ("inConf", 486), ("undefinedReason", 480)),
        *(("facilityCallDeflection", 480), ("securityDenied", 403), ("callerNotRegistered", 403)),
        *(("calledPartyNotRegistered", 480), ("newConnectionNeeded", 503)),
        *(("genericDataReason", 480), ("neededFeatureNotSupported", 480)),
        *(("tunnelledSignallingRejected", 500), ("invalidCID", 480), ("hopCountExceeded", 483)),
    ],
)
def test_aTerminalsReasonIsAStatusTheLessItSaysWithACause(
    world: Simulation, reason: str, status: int
) -> None:
    alice, bob = toTerminal(world)
    body = uuie.releaseComplete(bob.identity, reason)
    bob.say(MessageType.RELEASE_COMPLETE, body)
    world.until(lambda: alice.isAnswered)
    assert alice.final.status == status


# From SIP to H.323: RFC 3398, 8.2.6.1.


@pytest.mark.parametrize(
    ("status", "cause", "reason"),
    [
        (400, 41, "adaptiveBusy"),
        (401, 21, "destinationRejection"),
        (402, 21, "destinationRejection"),
        (403, 21, "destinationRejection"),
        (404, 1, "unreachableDestination"),
        (405, 63, "undefinedReason"),
        (406, 79, "undefinedReason"),
        (407, 21, "destinationRejection"),
        (408, 102, "undefinedReason"),
        (410, 22, "undefinedReason"),
        (413, 127, "undefinedReason"),
        (414, 127, "undefinedReason"),
        (415, 79, "undefinedReason"),
        (416, 127, "undefinedReason"),
        (420, 127, "undefinedReason"),
        (421, 127, "undefinedReason"),
        (423, 127, "undefinedReason"),
        (480, 18, "undefinedReason"),
        (481, 41, "adaptiveBusy"),
        (482, 25, "hopCountExceeded"),
        (483, 25, "hopCountExceeded"),
        (484, 28, "badFormatAddress"),
        (485, 1, "unreachableDestination"),
        (486, 17, "inConf"),
        (487, 31, "undefinedReason"),
        (488, 88, "invalidRevision"),
        (491, 127, "undefinedReason"),
        (499, 31, "undefinedReason"),
        (500, 41, "adaptiveBusy"),
        (501, 79, "undefinedReason"),
        (502, 38, "unreachableGatekeeper"),
        (503, 41, "adaptiveBusy"),
        (504, 102, "undefinedReason"),
        (505, 127, "undefinedReason"),
        (513, 127, "undefinedReason"),
        (599, 41, "adaptiveBusy"),
        (600, 17, "inConf"),
        (603, 21, "destinationRejection"),
        (604, 1, "unreachableDestination"),
        (606, 88, "invalidRevision"),
        (607, 21, "destinationRejection"),
        (608, 21, "destinationRejection"),
        (699, 31, "undefinedReason"),
    ],
)
def test_aPhonesStatusIsACauseAndAReason(
    world: Simulation, status: int, cause: int, reason: str
) -> None:
    alice, bob = toPhone(world)
    bob.answer(status)
    world.until(lambda: alice.kinds[-1] is MessageType.RELEASE_COMPLETE)
    assert (alice.cause, reasonOf(alice)) == (cause, reason)


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("Q.850;cause=17", 17),
        ('SIP;cause=486;text="Busy"', 17),
        ('Q.850;cause=34;text="No circuit", SIP;cause=503', 34),
        ("X.25;cause=3", 18),  # which says nothing, and so the status counts
        ("Q.850;cause=999", 18),
    ],
)
def test_aPhonesReasonIsBelievedBeforeItsStatus(world: Simulation, said: str, cause: int) -> None:
    alice, bob = toPhone(world)
    bob.answer(480, extra=f"Reason: {said}\n")
    world.until(lambda: alice.kinds[-1] is MessageType.RELEASE_COMPLETE)
    assert alice.cause == cause


@pytest.mark.parametrize(("said", "cause"), [("", 16), ("Reason: Q.850;cause=41\n", 41)])
def test_whyAPhoneHangsUpTheTerminalIsTold(world: Simulation, said: str, cause: int) -> None:
    alice, bob = toPhone(world)
    bob.answer(200, bob.offer())
    world.until(lambda: MessageType.CONNECT in alice.kinds)
    bob.ask("BYE", extra=said)
    world.until(lambda: alice.kinds[-1] is MessageType.RELEASE_COMPLETE)
    assert alice.cause == cause


@pytest.mark.parametrize("cause", [16, 27, 41, 102])
def test_whyATerminalHangsUpThePhoneIsTold(world: Simulation, cause: int) -> None:
    alice, bob = toPhone(world)
    bob.answer(200, bob.offer())
    world.until(lambda: MessageType.CONNECT in alice.kinds)
    alice.send(messages.release(Cause(cause)))
    world.until(lambda: bob.requests("BYE"))
    assert bob.requests("BYE")[0].headers.get("Reason") == f"Q.850;cause={cause}"


@pytest.mark.parametrize(
    ("said", "cause"), [("", 16), ("Reason: SIP;cause=200\n", 26), ("Reason: Q.850;cause=31\n", 31)]
)
def test_whyAPhoneGivesUpTheTerminalIsTold(world: Simulation, said: str, cause: int) -> None:
    alice, bob = toTerminal(world)
    alice.inDialog("CANCEL", extra=said)
    world.until(lambda: bob.kinds[-1] is MessageType.RELEASE_COMPLETE)
    assert bob.cause == cause
    assert alice.final.status == 487


def test_aTerminalThatGivesUpIsACancelThatSaysWhy(world: Simulation) -> None:
    alice, bob = toPhone(world)
    bob.answer(180)
    alice.send(messages.release(Cause.NORMAL_CALL_CLEARING))
    world.until(lambda: bob.requests("CANCEL"))
    assert bob.requests("CANCEL")[0].headers.get("Reason") == "Q.850;cause=16"


def test_aReleaseThatSaysNothingIsANormalEnd(world: Simulation) -> None:
    alice, bob = toTerminal(world)
    bob.send(messages.make(MessageType.RELEASE_COMPLETE, None))
    world.until(lambda: alice.isAnswered)
    assert (alice.final.status, alice.final.headers.get("Reason")) == (480, "Q.850;cause=16")
