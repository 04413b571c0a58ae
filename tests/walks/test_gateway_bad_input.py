"""
The walk of what no telephone should send in a bridged call: the other side is none the worse for
it, and neither are we.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from h323d.asn1 import h245
from h323d.dsp.provisions import provisions
from h323d.h323.signalling import messages, uuie
from h323d.h323.signalling.q931 import MessageType
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.formats import G711_ULAW, MediaFormat
from tests.support.bridged import SERVER, Phone
from tests.support.bridgedcalls import ALICE, HOSTS, SIPScript, called, newPhone, newServer
from tests.support.h245peers import openChannel
from tests.support.h323 import ScriptedPeer
from tests.support.scriptedsound import ScriptedSound, describedPort, tonePackets
from tests.support.simulation import Simulation

GSM = MediaFormat("GSM")  # which the server of these tests does not speak
OTHER = 1000  # Hz: of a second tone of Alice's


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=41) as simulation:
        newServer(simulation)
        yield simulation
        assert simulation.failures == []


def left(world: Simulation) -> list[str]:
    world.leave()
    return world.leftOver()


def described(*lines: str) -> str:
    """
    A description of Alice's, from its media on.
    """
    head = f"v=0\no=- 1 1 IN IP4 {HOSTS[0]}\ns=-\nc=IN IP4 {HOSTS[0]}\nt=0 0\n"
    return head + "".join(f"{line}\n" for line in lines)


def connected(world: Simulation, body: str) -> tuple[SIPScript, Phone, TransportAddress]:
    """
    @return: Alice's script, Bob's terminal, and where Alice's sound goes.
    """
    alice, bob = SIPScript(world, 0), newPhone(world, "h323", 1, G711_ULAW)
    alice.invite(body)
    world.until(lambda: alice.isAnswered)
    assert alice.final.status == 200
    there = describedPort(SERVER, alice.final.body)
    alice.inDialog("ACK")
    return alice, bob, there


def hears(bob: Phone, *tones: int) -> bool:
    return bob.heard.heard((ALICE, OTHER), 0.2) == list(tones)


# Descriptions.


def test_ofManyMediaLinesTheOneThatWeCanIsTaken(world: Simulation) -> None:
    lines = [f"m=application {5000 + number} TCP/X {number}" for number in range(30)]
    more = [f"m=audio {4000 + 2 * number} RTP/AVP 8" for number in range(30)]
    alice, bob, there = connected(world, described(*lines, *more))
    assert alice.final.body.count(b"m=application 0 ") == 30
    assert alice.final.body.count(b"m=audio 0 ") == 29
    ScriptedSound(world, HOSTS[0]).say(there, 8, tonePackets(ALICE, "PCMA", 0.4))
    assert hears(bob, ALICE)
    alice.inDialog("BYE")
    assert left(world) == []


def test_aHundredMediaLinesAreMoreThanAnybodyNeeds(world: Simulation) -> None:
    alice, bob = SIPScript(world, 0), newPhone(world, "h323", 1, G711_ULAW)
    alice.invite(described(*["m=audio 4000 RTP/AVP 8"] * 100))
    world.until(lambda: alice.isAnswered)
    assert alice.final.status == 400
    world.run(0.5)
    assert bob.leg is None
    assert left(world) == []


@pytest.mark.parametrize("body", ["v=0\nno description\n", described("m=audio x RTP/AVP 8")])
def test_whatIsNoOfferRingsNobody(world: Simulation, body: str) -> None:
    alice, bob = SIPScript(world, 0), newPhone(world, "h323", 1, G711_ULAW)
    alice.invite(body)
    world.run(0.5)
    assert (alice.final.status, bob.leg) == (400, None)


def test_whoHasNothingInCommonWithTheOtherIsToldWhatBothHave(world: Simulation) -> None:
    alice, bob = SIPScript(world, 0), newPhone(world, "h323", 1, G711_ULAW)
    alice.invite(described("m=audio 4000 RTP/AVP 97", "a=rtpmap:97 EVRC/8000"))
    world.until(lambda: bob.cause is not None)
    assert bob.cause is Cause.INCOMPATIBLE_DESTINATION
    assert alice.final.status == 488
    said = alice.final.headers.get("Warning") or ""
    assert said.startswith('305 10.0.0.1 "no common format; they have EVRC/8000, we ')


@pytest.mark.parametrize("who", [0, 1])
def test_aTerminalThatHasNothingInCommonWithUsEndsTheCall(world: Simulation, who: int) -> None:
    protocols, formats = ("h323", "sip")[:: 1 - 2 * who], ((GSM,), ())[:: 1 - 2 * who]
    alice, bob = (newPhone(world, protocols[each], each, *formats[each]) for each in (0, 1))
    called(alice)
    world.until(lambda: alice.cause is not None and bob.cause is not None)
    assert (alice.cause, bob.cause) == (Cause.INCOMPATIBLE_DESTINATION,) * 2
    assert left(world) == []


@pytest.mark.parametrize(
    "garbage",
    [
        "a=fmtp:",
        "a=fmtp:8 ;;;===;",
        "a=fmtp:-1 annexb=no",
        "a=fmtp:8 " + "x" * 4000,
        "a=fmtp:101 0-99999999999999999999",
        "a=rtpmap:8",
        "a=rtpmap:101 telephone-event/0",
        "a=ptime:0",
        "a=ptime:1e9",
        "a=maxptime:banana",
        "a=ptime:99999999999999999999",
    ],
)
def test_attributesThatMakeNoSenseAreAsIfTheyWereNotThere(world: Simulation, garbage: str) -> None:
    _, bob, there = connected(world, described("m=audio 4000 RTP/AVP 8 101", garbage))
    ScriptedSound(world, HOSTS[0]).say(there, 8, tonePackets(ALICE, "PCMA", 0.4))
    assert hears(bob, ALICE)


def test_aPayloadTypeThatChangesItsMeaningIsUnderstoodAnew(world: Simulation) -> None:
    first = described("m=audio 4000 RTP/AVP 97", "a=rtpmap:97 PCMA/8000")
    alice, bob, there = connected(world, first)
    sound = ScriptedSound(world, HOSTS[0])
    sound.say(there, 97, tonePackets(ALICE, "PCMA", 0.4))
    assert hears(bob, ALICE)
    alice.inDialog("INVITE", first.replace("PCMA", "PCMU").replace("- 1 1", "- 1 2"))
    assert alice.final.status == 200
    alice.inDialog("ACK")
    sound.say(there, 97, tonePackets(OTHER, "PCMU", 0.5))
    assert hears(bob, OTHER)


def test_anAnswerOfTwoCodecsIsHeardInEither(world: Simulation) -> None:
    alice, bob = newPhone(world, "h323", 0, G711_ULAW), SIPScript(world, 1)
    called(alice)
    bob.answer(200, bob.offer("8 0"))
    world.until(lambda: alice.speaking)
    there = describedPort(SERVER, bob.requests("INVITE")[0].body)
    sound = ScriptedSound(world, HOSTS[1])
    for law, number in (("PCMA", 8), ("PCMU", 0), ("PCMA", 8)):
        sound.say(there, number, tonePackets(OTHER, law, 0.4))
        assert hears(alice, OTHER)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="nothing"),
        pytest.param("v=0\n", id="no description"),
        pytest.param(
            described("m=audio 4000 RTP/AVP 0", "m=audio 4002 RTP/AVP 0"), id="more than offered"
        ),
        pytest.param(described("m=audio 0 RTP/AVP 0"), id="a refusal"),
        pytest.param(described("m=audio 4000 RTP/AVP 3"), id="what was not offered"),
        pytest.param(described("m=video 4000 RTP/AVP 34"), id="another medium"),
    ],
)
def test_anAcceptanceThatNobodyCanTalkByIsARefusal(world: Simulation, body: str) -> None:
    alice, bob = newPhone(world, "h323", 0, G711_ULAW), SIPScript(world, 1)
    called(alice)
    bob.answer(200, body)
    world.until(lambda: alice.cause is not None)
    assert alice.cause is Cause.INCOMPATIBLE_DESTINATION
    assert [len(bob.requests(each)) for each in ("ACK", "BYE")] == [1, 1]


# Sound.


def test_soundBeforeTheAnswerIsHeardAsSoonAsThereIsOne(world: Simulation) -> None:
    alice, bob = newPhone(world, "h323", 0, G711_ULAW), SIPScript(world, 1)
    called(alice)
    world.until(lambda: bob.requests("INVITE"))
    there = describedPort(SERVER, bob.requests("INVITE")[0].body)
    sound = ScriptedSound(world, HOSTS[1])
    sound.say(there, 0, tonePackets(OTHER, "PCMU", 0.4))
    assert "answered" not in alice.reports
    bob.answer(200, bob.offer("0"))
    sound.say(there, 0, tonePackets(OTHER, "PCMU", 0.5))
    assert hears(alice, OTHER)


def test_whoMovesWithAnOfferIsHeardAndHearsAtTheNewPlace(world: Simulation) -> None:
    alice, bob, there = connected(world, described("m=audio 4000 RTP/AVP 8"))
    ScriptedSound(world, HOSTS[0]).say(there, 8, tonePackets(ALICE, "PCMA", 0.3))
    moved = ScriptedSound(world, HOSTS[0], 4100, ssrc=2)
    alice.inDialog("INVITE", described("m=audio 4100 RTP/AVP 8").replace("- 1 1", "- 1 2"))
    alice.inDialog("ACK")
    moved.say(there, 8, tonePackets(OTHER, "PCMA", 0.5))
    assert hears(bob, OTHER)
    assert len(moved.heard) >= 20


def test_whoMovesWithoutAWordIsNotBelieved(world: Simulation) -> None:
    _, bob, there = connected(world, described("m=audio 4000 RTP/AVP 8"))
    first = ScriptedSound(world, HOSTS[0])
    first.say(there, 8, tonePackets(ALICE, "PCMA", 0.4))
    thief = ScriptedSound(world, "10.0.9.9", ssrc=2)
    thief.say(there, 8, tonePackets(OTHER, "PCMA", 0.5))
    assert hears(bob)
    assert thief.heard == []


@pytest.mark.parametrize(
    ("formats", "payloadType"),
    [
        ("0", 0),
        ("3", 3),
        ("4", 4),
        ("9", 9),
        ("18", 18),
        ("97\na=rtpmap:97 opus/48000/2", 97),
        ("97\na=rtpmap:97 speex/8000", 97),
        ("97\na=rtpmap:97 AMR/8000", 97),
        ("0 101\na=rtpmap:101 telephone-event/8000", 101),
    ],
)
def test_whateverOctetsComeTheCallGoesOn(
    everyCodec: Simulation, formats: str, payloadType: int
) -> None:
    world = everyCodec
    alice, bob = SIPScript(world, 0), newPhone(world, "h323", 1, G711_ULAW)
    alice.invite(described(f"m=audio 4000 RTP/AVP {formats}"))
    world.until(lambda: alice.isAnswered)
    if alice.final.status == 488:
        pytest.skip("this codec is not there")
    there = describedPort(SERVER, alice.final.body)
    alice.inDialog("ACK")
    chance, sound = random.Random(payloadType), ScriptedSound(world, HOSTS[0])
    sizes = [0, 1, 2, 10, 11, 20, 33, 159, 160, 161, 320, 700, *chance.choices(range(400), k=4)]
    sound.say(there, payloadType, [chance.randbytes(size) for size in sizes])
    world.run(0.1)
    assert world.failures == []
    assert bob.cause is None
    assert len(sound.heard) >= 5
    alice.inDialog("BYE")
    world.until(lambda: bob.cause is not None)


@pytest.fixture
def everyCodec() -> Iterator[Simulation]:
    codecs = tuple(each.codec for each in provisions() if each.codec is not None)
    with Simulation(seed=43, codecs=codecs) as simulation:
        newServer(simulation)
        yield simulation


# Order.


def test_whoHangsUpBeforeItsOwnACKIsGone(world: Simulation) -> None:
    alice, bob = SIPScript(world, 0), newPhone(world, "h323", 1)
    alice.invite(alice.offer())
    world.until(lambda: 200 in alice.peer.statuses)
    alice.inDialog("BYE")
    world.until(lambda: bob.cause is not None)
    alice.inDialog("ACK")
    assert bob.cause is Cause.NORMAL_CALL_CLEARING
    assert left(world) == []


# H.245.


@pytest.mark.parametrize(
    ("dataType", "cause"),
    [
        (("audioData", ("g728", 4)), "dataTypeNotSupported"),
        (("audioData", ("g711Ulaw64k", 240)), "dataTypeNotSupported"),
        (("nullData", None), "dataTypeNotSupported"),
    ],
)
def test_aChannelThatWeHaveNotSaidWeTakeIsRefusedAndTheCallGoesOn(
    world: Simulation, dataType: tuple[str, object], cause: str
) -> None:
    bob = SIPScript(world, 1)
    newPhone(world, "h323", 0).close()  # whose name the terminal that is made by hand has
    alice = ScriptedPeer(world.network, HOSTS[0], TransportAddress(SERVER, 1720))
    alice.send(alice.makeSetup(called="1002"))
    bob.answer(200, bob.offer("0"))
    world.run(0.2)
    channel = h245.encode("MultimediaSystemControlMessage", openChannel(dataType))
    alice.say(MessageType.FACILITY, uuie.EMPTY, control=[channel])
    octets = [each for _, content in alice.received for each in content.h245Control]
    said = [h245.decode("MultimediaSystemControlMessage", each)[1] for each in octets]
    (rejected,) = [fields for name, fields in said if name == "openLogicalChannelReject"]
    assert rejected["cause"] == (cause, None)
    assert MessageType.RELEASE_COMPLETE not in alice.kinds
    assert bob.requests("BYE") == []
    alice.send(messages.release(Cause.NORMAL_CALL_CLEARING))
    world.until(lambda: bob.requests("BYE"))
