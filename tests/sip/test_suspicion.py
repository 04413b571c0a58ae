"""
What counts against who sends requests, and what is believed of where it came from.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.call.defence import Offence
from h323d.events.bus import EventBus
from h323d.net.stream import StreamOpener
from h323d.sip.digest.fields import Challenge
from h323d.sip.messages.message import SIPResponse
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.defended import Known, newDefence
from tests.support.digest import FakeUsers, challengeOf, shown
from tests.support.sippeers import PROFILE, SERVER, SIPWorld, Wire, offerBody, request

SCRIPT = "10.0.0.3"
OURS = "From: <sip:anna@10.0.0.1>;tag=far\n"
LIMITS = {
    "requestBurst": 4,
    "requestRate": 0.001,
    "registrationBurst": 4,
    "registrationRate": 0.001,
    "failureBurst": 4,
    "failureRate": 0.001,
}


class Door:
    """
    A server with a defence, and a stranger who knocks over UDP and TCP.
    """

    def __init__(self, digest: bool = True, **keys: Any) -> None:
        self.world = SIPWorld()
        self.known = Known()
        self.defence = newDefence(self.world.clock, EventBus(), self.known, **(LIMITS | keys))
        users = FakeUsers() if digest else None
        self.server = self.world.peer("10.0.0.1", users=users, defence=self.defence)
        self.server.onOffer = lambda leg: leg.hangup(Cause.UNALLOCATED_NUMBER)
        self.script = self.world.script(SCRIPT)
        self.number = 0

    def text(self, method: str, extra: str = "", **kw: Any) -> str:
        self.number += 1
        body = offerBody() if method == "INVITE" else ""
        branch, callId = f"z9hG4bK{self.number}", f"call{self.number}"
        text = request(
            method, branch=branch, callId=callId, cseq=self.number, body=body, extra=extra, **kw
        )
        return text.replace("From: Script <sip:script@10.0.0.3>;tag=far\n", OURS)

    def send(self, method: str, extra: str = "", acknowledged: bool = False) -> SIPResponse | None:
        """
        Over UDP.

        @param acknowledged: the answer is.

        @return: the answer, if there is one.
        """
        before = len(self.script.messages)
        self.script.send(self.text(method, extra), SERVER)
        self.world.run(0.05)
        answers = self.script.messages[before:]
        if not answers:
            return None
        answer = answers[-1]
        assert isinstance(answer, SIPResponse)
        if acknowledged:
            ack = request(
                "ACK",
                branch=f"z9hG4bK{self.number}",
                callId=f"call{self.number}",
                cseq=self.number,
                toTag=answer.toAddress.tag or "",
            )
            self.script.send(
                ack.replace("From: Script <sip:script@10.0.0.3>;tag=far\n", OURS), SERVER
            )
            self.world.run(0.05)
        return answer

    def connect(self) -> Wire:
        wire = Wire()
        opener = StreamOpener(self.world.network.host(SCRIPT))
        opener.open(SERVER, wire, 5.0)
        self.world.run(0.05)
        return wire

    def sendBy(self, wire: Wire, method: str, extra: str = "") -> None:
        if wire.closed:
            return
        wire.send(self.text(method, extra).replace("/UDP ", "/TCP "))
        self.world.run(0.05)

    @property
    def reasons(self) -> list[str]:
        """
        Why anybody is banned.
        """
        return [ban.reason for ban in self.defence.bans]

    def challenge(self, method: str = "REGISTER") -> Challenge:
        return challengeOf(self.send(method))


def test_aScannerIsNotAnsweredOverUDP() -> None:
    door = Door()
    assert door.send("OPTIONS", "User-Agent: friendly-scanner\n") is None
    assert door.reasons == []


def test_aScannerIsBannedAndItsConnectionClosedOverTCP() -> None:
    door = Door()
    wire = door.connect()
    door.sendBy(wire, "OPTIONS", "User-Agent: sipvicious\n")
    assert wire.statuses == []
    assert door.reasons == ["scanner"]
    door.sendBy(wire, "OPTIONS")
    assert wire.statuses == []
    assert wire.closed


def test_aScannerFromWhereSomebodyIsKnownIsAnswered() -> None:
    door = Door()
    door.known.hosts.add(SCRIPT)
    assert door.send("OPTIONS", "User-Agent: friendly-scanner\n") is not None


def test_aSweepOfOptionsOverUDPIsSlowedAndNeverBanned() -> None:
    door = Door()
    answered = [door.send("OPTIONS") is not None for _ in range(50)]
    assert answered == [True] * 5 + [False] * 45
    assert door.reasons == []


def test_aSweepOfOptionsOverTCPIsBanned() -> None:
    door = Door(requestRate=10.0)
    wire = door.connect()
    for _ in range(50):
        door.sendBy(wire, "OPTIONS")
    assert door.reasons == ["requests"]
    assert wire.closed


def test_registrationsThatShowNothingAreCounted() -> None:
    door = Door()
    answered = [door.send("REGISTER") is not None for _ in range(10)]
    assert answered == [True] * 5 + [False] * 5


def test_wrongPasswordsForANonceThatWasGivenToThemAreBelieved() -> None:
    door = Door(failureRate=2.0)
    challenge = door.challenge()
    for number in range(30):
        door.send("REGISTER", shown(challenge, password=f"guess{number}", method="REGISTER"))
    assert door.reasons == ["failures"]
    assert door.send("REGISTER") is None


def test_wrongPasswordsForANonceOfSomebodyElseAreNot() -> None:
    door = Door(failureRate=2.0)
    other = door.world.script("10.0.0.4")
    other.send(door.text("REGISTER").replace(SCRIPT, "10.0.0.4"), SERVER)
    door.world.run(0.05)
    challenge = challengeOf(other.messages[-1])
    for number in range(30):
        door.send("REGISTER", shown(challenge, password=f"guess{number}", method="REGISTER"))
    assert door.reasons == []


def test_namesOfNobodyAreCountedAsWrongPasswordsAre() -> None:
    door = Door(failureRate=2.0)
    challenge = door.challenge()
    for number in range(30):
        door.send("REGISTER", shown(challenge, user=f"user{number}", method="REGISTER"))
    assert door.reasons == ["failures"]


def test_aSweepOfNumbersIsBannedOnceItsAcksShowThatItIsThere() -> None:
    door = Door(digest=False, failureRate=2.0)
    for _ in range(30):
        door.send("INVITE", acknowledged=True)
    assert door.reasons == ["failures"]
    door.world.settle()


def test_soIsOneThatIsAskedWhoItIs() -> None:
    door = Door(failureRate=2.0)
    for _ in range(30):
        door.send("INVITE", acknowledged=True)
    assert door.reasons == ["failures"]


def test_acksOfWhoHasNotHadOurAnswerBanNobody() -> None:
    door = Door(failureRate=2.0)
    for number in range(100):
        door.send("INVITE")
        ack = request("ACK", branch=f"z9hG4bK{door.number}", toTag=f"{number:08x}")
        door.script.send(ack, SERVER)
    door.world.run(0.05)
    assert door.reasons == []


def test_whoProvesWhoTheyAreIsNotCounted() -> None:
    door = Door()
    for _ in range(20):
        challenge = challengeOf(door.send("INVITE", acknowledged=True))
        answer = door.send("INVITE", shown(challenge), acknowledged=True)
        assert answer is not None
        assert answer.status == 404
    assert door.reasons == []


def test_aNonceThatIsTooOldIsNoFailure() -> None:
    door = Door()
    challenge = door.challenge()
    door.world.run(400.0, step=10.0)
    for _ in range(20):
        stale = challengeOf(door.send("INVITE", shown(challenge)))
        assert stale.stale


def test_anErrorInAMessageIsNotAnsweredToTheBanned() -> None:
    door = Door()
    door.defence.bans.command(SCRIPT, 0)
    door.script.send(door.text("OPTIONS").replace("Max-Forwards: 70", "Max-Forwards: x"), SERVER)
    door.world.run(0.05)
    assert door.script.messages == []


def test_norIsToldWhereTheyAre() -> None:
    door = Door()
    door.defence.bans.command(SCRIPT, 0)
    door.script.send(bytes.fromhex("000100002112a442") + bytes(12), SERVER)  # STUN (RFC 5389)
    door.world.run(0.05)
    assert [host for _, host, _ in door.world.sent] == [SCRIPT]


def test_theCallsOfTheBannedGoOn() -> None:
    door = Door(digest=False)
    door.server.onOffer = lambda leg: leg.answer(offered)
    offered = PROFILE
    answer = door.send("INVITE", acknowledged=True)
    assert answer is not None
    assert answer.status == 200
    door.defence.bans.command(SCRIPT, 0)
    assert door.send("OPTIONS") is None
    bye = request(
        "BYE",
        branch="z9hG4bKbye",
        callId=f"call{door.number - 1}",
        cseq=99,
        toTag=answer.toAddress.tag or "",
    )
    door.script.send(bye, SERVER)
    door.world.run(0.05)
    assert door.script.statuses[-1] == 200
    door.world.settle()


def test_aConnectionThatACallNeedsIsNotClosed() -> None:
    door = Door(digest=False)
    door.server.onOffer = lambda leg: leg.answer(PROFILE)
    wire = door.connect()
    door.sendBy(wire, "INVITE")
    assert 200 in wire.statuses
    door.defence.bans.command(SCRIPT, 0)
    door.sendBy(wire, "OPTIONS")
    assert wire.statuses[-1] == 200
    assert not wire.closed
    assert len(wire.statuses) <= 2


@pytest.mark.parametrize("method", ["OPTIONS", "REGISTER", "INVITE", "MESSAGE"])
def test_nothingIsSaidToTheBanned(method: str) -> None:
    door = Door()
    door.defence.bans.command(SCRIPT, 0)
    assert door.send(method) is None


def test_theSourceIsThatOfTheDatagramWhateverViaSays() -> None:
    door = Door()
    for _ in range(10):
        text = door.text("OPTIONS").replace("SIP/2.0/UDP 10.0.0.3", "SIP/2.0/TCP 10.0.0.9")
        door.script.send(text, SERVER)
        door.world.run(0.05)
    assert door.reasons == []
    there = TransportAddress(SCRIPT, 5060)
    assert not door.defence.heeds(Offence.REQUESTS, there)
