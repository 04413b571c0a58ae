"""
Every reason of IF.guard at every door: what is on the wire, as C{docs/reference/guard-gates.rst}
has it, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from h323d.asn1 import h245
from h323d.call.applications import NAMED, PASSED, Application, Door, Reason, Refusal, Verdict
from h323d.call.surroundings import Surroundings
from h323d.config.sections import Configuration, PluginConfig
from h323d.h323.ras.messages import RASMessage, reasonOf
from h323d.h323.security.guarddata import refused
from h323d.h323.signalling import uuie
from h323d.h323.signalling.elements import CauseElement
from h323d.h323.signalling.q931 import IE, MessageType
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.values.address import TransportAddress
from tests.support.fakegate import FakeGate
from tests.support.h245peers import openChannel
from tests.support.h323 import ScriptedPeer as SetupPeer
from tests.support.ras import Peer, arq, brq, drq, irr, rai, rrq, urq
from tests.support.simulation import Simulation
from tests.support.sippeers import SERVER, ScriptedPeer, offerBody, request, responseTo

HOST = SERVER.host
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "guard-gates.rst"
ENTRY = "[h323d.policy]\nrefusing = tests.walks.test_guard_reasons:Refusing\n"
ROOM = ("dialledDigits", "80001")
ULAW = ("audioData", ("g711Ulaw64k", 20))
REASONS = [each for each in Reason if each in NAMED]

TABLE = """
RRQ        securityDenial       securityDenial            genericDataReason       resourceUnavailable    resourceUnavailable       undefinedReason
ARQ        securityDenial       callerNotRegistered       genericDataReason       requestDenied          exceedsCallCapacity       undefinedReason
BRQ        securityDenial       invalidPermission         undefinedReason         insufficientResources  insufficientResources     undefinedReason
URQ        securityDenial       permissionDenied          undefinedReason         undefinedReason        undefinedReason           undefinedReason
DRQ        securityDenial       requestToDropOther        securityDenial          securityDenial         securityDenial            securityDenial
RAI        nothing              nothing                   nothing                 nothing                nothing                   nothing
IRR        securityDenial       securityDenial            undefinedReason         undefinedReason        undefinedReason           undefinedReason
Setup      securityDenied (31)  callerNotRegistered (31)  genericDataReason (31)  noBandwidth (34)       gatekeeperResources (47)  undefinedReason (41)
OLC        securityDenied       securityDenied            unspecified             insufficientBandwidth  insufficientBandwidth     unspecified
REGISTER   403                  403                       403                     488                    503, 5 s                  500
INVITE     403 (31)             403 (31)                  403 (31)                488 (34)               503, 5 s (47)             500 (41)
re-INVITE  403                  403                       403                     488                    503, 5 s                  500
REFER      403                  403                       403                     488                    503, 5 s                  500
answer     BYE (31)             BYE (31)                  BYE (31)                BYE (34)               BYE (47)                  BYE (41)
operator   INVALID_SIGNATURE    NOT_REGISTERED            PII_POLICY_VIOLATION    BANDWIDTH_EXCEEDED     CAPACITY_EXCEEDED         GATEKEEPER_ERROR
room       403 (31)             403 (31)                  403 (31)                488 (34)               503, 5 s (47)             500 (41)
"""
"""
By the doors, what is answered for each reason, in their order: reasons of H.225.0, causes of an
OpenLogicalChannelReject, status codes of SIP, when to come again, and in brackets the cause of Q.850.
"""

WITHOUT_NAMES = (Door.RAI, Door.IRR, Door.OLC, Door.OPERATOR)
"""
Where no answer has a place for the name of the reason, or nothing but that.
"""


class Refusing(FakeGate):
    """
    Refuses what comes to one door.
    """

    made: ClassVar[list[Refusing]] = []

    def __init__(self, surroundings: Surroundings) -> None:
        super().__init__(PASSED)
        self.door: Door | None = None
        self.reason = Reason.GATEKEEPER_ERROR
        self.made.append(self)

    def judge(self, application: Application) -> Verdict:
        return Refusal.of(self.reason) if application.door is self.door else PASSED


Asking = Callable[[], str]


def _inBrackets(message: SIPRequest | SIPResponse) -> str:
    """
    The cause that a message of SIP has; empty if it has none.
    """
    reason = message.headers.get("Reason")
    if reason is None:
        return ""
    cause, *_ = reason.removeprefix("Q.850;cause=").split(";")
    return f"({cause})"


class House:
    """
    A server with such a gate, and those who come to its doors.
    """

    def __init__(self, world: Simulation) -> None:
        self.world = world
        self.server = world.server(HOST, Configuration(plugins=PluginConfig(gates=("refusing",))))
        self.gate = Refusing.made.pop()
        self.terminal = Peer(world.network, "10.0.0.5", peer=TransportAddress(HOST, 1719))
        self.phone = ScriptedPeer(world, "10.0.0.3")
        self.count = 0
        self.named = False  # whether the last answer had the name of the reason

    def close(self) -> None:
        self.terminal.port.close()
        self.phone.port.close()

    def next(self) -> int:
        self.count += 1
        return self.count

    def register(self) -> str:
        answer = self.terminal.ask(rrq(self.next(), "10.0.0.5", ("h323-ID", "anna")))
        return str(answer.fields["endpointIdentifier"])

    def asked(self, message: RASMessage) -> str:
        """
        What is answered by RAS.
        """
        self.terminal.received.clear()
        self.terminal.send(message)
        self.world.run(0.1)
        answers = self.terminal.messages()
        if not answers:
            return "nothing"
        (answer,) = answers
        self.named = answer.fields.get("genericData") == [refused(self.gate.reason)]
        return reasonOf(answer) or ""

    def sent(self, method: str, tag: str = "", body: str = "", extra: str = "") -> str:
        """
        What is answered by SIP.
        """
        self.phone.messages.clear()
        cseq = self.next()
        uri = f"sip:1001@{HOST}" if method == "REGISTER" else f"sip:80001@{HOST}"
        text = request(
            method,
            branch=f"z9hG4bK{cseq}",
            callId="call" if tag else f"call{cseq}",
            cseq=cseq,
            toTag=tag,
            body=body,
            extra=extra,
            uri=uri,
        )
        self.phone.send(text, SERVER)
        self.world.run(0.3)
        answers = [each for each in self.phone.messages if each.cseq.number == cseq]
        answer = answers[-1]
        assert isinstance(answer, SIPResponse)
        self.named = answer.headers.get("Warning") == f'399 guard "{self.gate.reason.value}"'
        later = answer.headers.get("Retry-After")
        told = str(answer.status) if later is None else f"{answer.status}, {later} s"
        return f"{told} {_inBrackets(answer)}".rstrip()

    def talking(self) -> str:
        """
        The To tag of a call by SIP.
        """
        invite = request("INVITE", branch="z9hG4bK0", cseq=1, body=offerBody())
        self.phone.send(invite, SERVER)
        self.world.run(0.3)
        tag = self.phone.messages[-1].toAddress.tag or ""
        self.phone.send(request("ACK", branch="z9hG4bKack", cseq=1, toTag=tag), SERVER)
        self.count = 1
        return tag

    def setUp(self) -> str:
        """
        What is answered to a Setup.
        """
        caller = SetupPeer(self.world.network, "10.0.0.2", TransportAddress(HOST, 1720))
        caller.setup()
        self.world.run(0.3)
        message, content = caller.received[-1]
        caller.close()
        cause = CauseElement.decode(message.contents(IE.CAUSE) or b"").value
        self.named = content.pdu.get("genericData") == [refused(self.gate.reason)]
        return f"{content.reason} ({cause})"

    def channel(self) -> Asking:
        """
        Opens a channel in a call by H.323, and tells what is answered to that.
        """
        caller = SetupPeer(self.world.network, "10.0.0.2", TransportAddress(HOST, 1720))
        caller.setup()
        self.world.run(0.3)
        return lambda: self._opened(caller)

    def _opened(self, caller: SetupPeer) -> str:
        self.named = False
        caller.received.clear()
        opening = h245.encode("MultimediaSystemControlMessage", openChannel(ULAW, self.next()))
        facility = uuie.facility(caller.identity, "transportedInformation")
        caller.say(MessageType.FACILITY, facility, control=[opening])
        (octets,) = [each for _, content in caller.received for each in content.h245Control]
        _kind, (_name, fields) = h245.decode("MultimediaSystemControlMessage", octets)
        return str(fields["cause"][0])

    def answered(self) -> str:
        """
        What the phone hears that answers a call of ours.
        """
        calling = self.server.server.operator.call("1001", "80001")
        calling.addErrback(lambda failure: None)  # who is called is refused
        self.world.run(0.3)
        invite = self.phone.messages[-1]
        self.phone.send(responseTo(invite, 200, body=offerBody()), SERVER)
        self.world.run(0.3)
        bye = self.phone.messages[-1]
        assert isinstance(bye, SIPRequest)
        self.phone.send(responseTo(bye, 200), SERVER)
        self.world.run(0.3)
        self.named = f'text="{self.gate.reason.value}"' in (bye.headers.get("Reason") or "")
        return f"{bye.method} {_inBrackets(bye)}"

    def operated(self) -> str:
        """
        What the operator is told.
        """
        told: list[str] = []
        calling = self.server.server.operator.call("1000", "80001")
        calling.addErrback(lambda failure: told.append(failure.getErrorMessage()))
        return told[0].partition(": ")[2]


def byARQ(house: House) -> Asking:
    endpointId = house.register()
    return lambda: house.asked(arq(house.next(), endpointId, ROOM))


def byBRQ(house: House) -> Asking:
    endpointId = house.register()
    house.terminal.ask(arq(house.next(), endpointId, ROOM))
    return lambda: house.asked(brq(house.next(), endpointId, 640))


def byURQ(house: House) -> Asking:
    endpointId = house.register()
    return lambda: house.asked(urq(house.next(), "10.0.0.5", endpointIdentifier=endpointId))


def byDRQ(house: House) -> Asking:
    endpointId = house.register()
    house.terminal.ask(arq(house.next(), endpointId, ROOM))
    return lambda: house.asked(drq(house.next(), endpointId))


def byRAI(house: House) -> Asking:
    endpointId = house.register()
    return lambda: house.asked(rai(house.next(), endpointId, True))


def byIRR(house: House) -> Asking:
    endpointId = house.register()
    return lambda: house.asked(irr(house.next(), "10.0.0.5", endpointId))


def byReinvite(house: House) -> Asking:
    tag = house.talking()
    return lambda: house.sent("INVITE", tag, offerBody(direction="sendonly"))


def byAnswer(house: House) -> Asking:
    house.sent("REGISTER")
    return house.answered


def byREFER(house: House) -> Asking:
    tag = house.talking()
    return lambda: house.sent("REFER", tag, extra=f"Refer-To: <sip:80002@{HOST}>\n")


DOORS: dict[Door, Callable[[House], Asking]] = {
    Door.RRQ: lambda house: lambda: house.asked(rrq(house.next(), "10.0.0.5", ("h323-ID", "a"))),
    Door.ARQ: byARQ,
    Door.BRQ: byBRQ,
    Door.URQ: byURQ,
    Door.DRQ: byDRQ,
    Door.RAI: byRAI,
    Door.IRR: byIRR,
    Door.SETUP: lambda house: house.setUp,
    Door.OLC: House.channel,
    Door.REGISTER: lambda house: lambda: house.sent("REGISTER"),
    Door.INVITE: lambda house: lambda: house.sent("INVITE", body=offerBody()),
    Door.REINVITE: byReinvite,
    Door.REFER: byREFER,
    Door.ANSWER: byAnswer,
    Door.OPERATOR: lambda house: house.operated,
    Door.ROOM: lambda house: lambda: house.sent("INVITE", body=offerBody()),
}


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    package = tmp_path / "refusing-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: refusing\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text(ENTRY)
    monkeypatch.syspath_prepend(tmp_path)
    with Simulation(seed=4) as world:
        house = House(world)
        yield house
        house.close()
        world.leave()
        assert world.leftOver() == []


@pytest.mark.alone("what its gate answers is changed from outside")
@pytest.mark.parametrize("door", Door)
def test_everyReasonHasItsAnswerAtEveryDoor(house: House, door: Door) -> None:
    asking, answers = DOORS[door](house), [door.value]
    house.gate.door = door
    for house.gate.reason in REASONS:
        answers.append(asking())
        assert house.named is (door not in WITHOUT_NAMES)
    house.gate.door = None
    assert answers in rowsOf(TABLE)


def rowsOf(table: str) -> list[list[str]]:
    return [re.split(r"  +", line.replace("`", "")) for line in table.splitlines()]


def test_theTableIsThatOfTheDocumentation() -> None:
    page = rowsOf(PAGE.read_text())
    assert [each for each in rowsOf(TABLE) if each not in page] == []
    assert ["door", *(each.value for each in REASONS)] in page
