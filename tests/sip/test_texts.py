"""
Text messages, passed on.
"""

from __future__ import annotations

import pytest

from h323d.call.callers import CallerName
from h323d.call.legs import IOffer
from h323d.call.texts import TextRefusal, Written
from h323d.call.ways import Way
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.outside import Services
from h323d.sip.texts import MAX_COPIES, PATIENCE, TextRelay
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from tests.support.sippeers import SERVER, ScriptedPeer, SIPWorld, request, responseTo

AOR = PartyAddress(AddressKind.URL, "sip:bob@10.0.0.1")
ANNA = CallerName((PartyAddress(AddressKind.H323_ID, "anna"),), "Anna Lee")
PLAIN = "Content-Type: text/plain\n"


def way(host: str, params: str = "", path: tuple[str, ...] = ()) -> Way:
    contact = f"sip:bob@{host}{params}"
    return Way("sip", TransportAddress(host, 5060), (AOR,), 0, contact, path)


class Scene:
    """
    Anna, who writes, and Bob, who has two telephones: the L{Texts} of a server.
    """

    def __init__(self) -> None:
        self.world = SIPWorld()
        self.sender: CallerName | None = ANNA
        self.turns = 100
        self.written: list[Written] = []
        self.left: Written | None = None
        self.concealed: list[str] = []
        self.found: tuple[Way, ...] | TextRefusal = (way("10.0.0.5"), way("10.0.0.6"))
        self.peer = self.world.peer("10.0.0.1", services=Services((), {"MESSAGE": TextRelay(self)}))
        self.anna = self.world.script("10.0.0.3")
        self.phones = [self.world.script(f"10.0.0.{number}") for number in (5, 6)]

    def writer(self, who: IOffer) -> CallerName | None:
        assert who.peer.host == "10.0.0.3"
        return self.sender

    def takeTurn(self, who: IOffer) -> bool:
        self.turns -= 1
        return self.turns >= 0

    def find(self, names: tuple[PartyAddress, ...]) -> tuple[Way, ...] | TextRefusal:
        assert names[0].value == "bob"
        return self.found

    def shown(
        self, writer: CallerName, readers: tuple[PartyAddress, ...], written: Written
    ) -> Written | None:
        assert (writer, readers[0].value) == (ANNA, "bob")
        self.written.append(written)
        return self.left

    def conceal(self, name: str) -> None:
        self.concealed.append(name)

    def write(self, body: str = "hello", extra: str = PLAIN, branch: str = "z9hG4bK1") -> None:
        text = request("MESSAGE", uri="sip:bob@10.0.0.1", body=body, extra=extra, branch=branch)
        self.anna.send(text, SERVER)
        self.world.run(0.05)

    def received(self, number: int) -> SIPRequest:
        (message, *_) = self.phones[number].messages
        assert isinstance(message, SIPRequest)
        return message

    def answer(self, number: int, status: int) -> None:
        self.phones[number].send(responseTo(self.received(number), status), SERVER)
        self.world.run(0.05)

    def settle(self) -> None:
        self.peer.endpoint.close()
        self.world.clock.advance(100)
        assert self.world.clock.getDelayedCalls() == []


@pytest.fixture
def scene() -> Scene:
    return Scene()


def statuses(phone: ScriptedPeer) -> list[int]:
    return [each.status for each in phone.messages if isinstance(each, SIPResponse)]


def test_aTextGoesToAllTelephonesOfWhomItIsFor(scene: Scene) -> None:
    scene.write()
    for number in (0, 1):
        copy = scene.received(number)
        assert (copy.method, copy.body) == ("MESSAGE", b"hello")
        assert str(copy.uri) == f"sip:bob@10.0.0.{number + 5}"
        assert copy.headers.get("Content-Type") == "text/plain"
        assert copy.headers.get("To") == "<sip:bob@10.0.0.1>"
        assert copy.maxForwards == 69
        assert copy.fromAddress.displayName == "Anna Lee"
        assert str(copy.fromAddress.uri) == "sip:anna@10.0.0.1:5060"
    assert statuses(scene.anna) == []
    scene.answer(1, 200)
    assert statuses(scene.anna) == [200]
    scene.answer(0, 200)
    assert statuses(scene.anna) == [200]
    scene.settle()


def test_nothingOfTheSendersGoesOnButTheText(scene: Scene) -> None:
    extra = "Authorization: Digest x\nContact: <sip:anna@192.168.0.1>\nSubject: lunch\n" + PLAIN
    scene.write(extra=extra)
    copy = scene.received(0)
    assert "Authorization" not in copy.headers
    assert "Contact" not in copy.headers
    assert copy.headers.get("Subject") == "lunch"
    assert copy.callId != "call"
    scene.settle()


def test_whatIsNotToBeSeenIsNot(scene: Scene) -> None:
    scene.left = Written("A", "[REDACTED:SSN]", "[REDACTED:CARD]")
    scene.write(extra="Subject: lunch\n" + PLAIN)
    copy = scene.received(0)
    assert scene.written == [Written("Anna Lee", "lunch", "hello")]
    assert (copy.body, copy.headers.get("Subject")) == (b"[REDACTED:CARD]", "[REDACTED:SSN]")
    assert copy.fromAddress.displayName == "A"
    assert copy.headers.get("Content-Length") in (None, "15")
    assert scene.concealed[:2] == ["call", copy.callId]
    scene.settle()


def test_whoDoesNotWantToBeKnownIsNot(scene: Scene) -> None:
    scene.write(extra="Privacy: id\n" + PLAIN)
    assert str(scene.received(0).fromAddress.uri) == "sip:anonymous@anonymous.invalid"
    scene.settle()


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (486, 202, 202),
        (486, 415, 415),
        (480, 603, 603),
        (401, 500, 480),  # is between us and the telephone
        (488, 407, 480),
    ],
)
def test_whoWritesIsToldWhatCameOfIt(scene: Scene, first: int, second: int, told: int) -> None:
    scene.write()
    scene.answer(0, first)
    assert statuses(scene.anna) == []
    scene.answer(1, second)
    assert statuses(scene.anna) == [told]
    scene.settle()


def test_whoWritesToTelephonesThatSayNothingIsToldBeforeTheyGiveUp(scene: Scene) -> None:
    scene.write()
    scene.world.run(PATIENCE + 1, step=0.1)
    assert statuses(scene.anna) == [480]
    scene.world.run(30, step=0.1)
    assert statuses(scene.anna) == [480]
    scene.world.settle()


@pytest.mark.parametrize(
    ("refusal", "status"),
    [(TextRefusal.UNKNOWN, 404), (TextRefusal.ABSENT, 480), (TextRefusal.NO_TEXT, 488)],
)
def test_whoCannotHaveATextDoesNot(scene: Scene, refusal: TextRefusal, status: int) -> None:
    scene.found = refusal
    scene.write()
    assert statuses(scene.anna) == [status]
    scene.settle()


def test_aStrangersTextGoesNowhere(scene: Scene) -> None:
    scene.sender = None
    scene.write()
    assert statuses(scene.anna) == [405]
    assert [phone.messages for phone in scene.phones] == [[], []]
    scene.settle()


def test_whoWritesTooOftenIsToldToComeLater(scene: Scene) -> None:
    scene.turns = 0
    scene.write()
    (answer,) = scene.anna.messages
    assert isinstance(answer, SIPResponse)
    assert (answer.status, "Retry-After" in answer.headers) == (503, True)
    assert scene.phones[0].messages == []
    scene.settle()


@pytest.mark.parametrize(("length", "taken"), [(850, True), (1100, False)])
def test_aDatagramHasNoMoreThanItMay(scene: Scene, length: int, taken: bool) -> None:
    scene.write("x" * length)
    assert statuses(scene.anna) == ([] if taken else [413])
    assert bool(scene.phones[0].messages) is taken
    scene.settle()


def test_aTextThatHasGoneTooFarGoesNoFurther(scene: Scene) -> None:
    text = request("MESSAGE", uri="sip:bob@10.0.0.1", body="x", extra=PLAIN)
    scene.anna.send(text.replace("Max-Forwards: 70", "Max-Forwards: 0"), SERVER)
    scene.world.run(0.05)
    assert statuses(scene.anna) == [483]
    scene.settle()


def test_notEndlesslyManyTelephonesHaveIt(scene: Scene) -> None:
    scene.found = (way("10.0.0.5"),) * (MAX_COPIES + 5)
    scene.write()
    assert len({each.callId for each in scene.phones[0].messages}) == MAX_COPIES
    scene.settle()


def test_aTelephoneBehindAProxyHasItByThat(scene: Scene) -> None:
    scene.found = (way("10.0.0.5", path=("sip:10.0.0.5;lr",)),)
    scene.write()
    assert scene.received(0).headers.get("Route") == "<sip:10.0.0.5;lr>"
    scene.settle()


def test_aTelephoneThatCannotBeReachedIsNotThere(scene: Scene) -> None:
    scene.found = (way("10.0.0.5", ";transport=tls"),)
    scene.write()
    assert statuses(scene.anna) == [480]
    scene.settle()
