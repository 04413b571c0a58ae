"""
The walk of packets through the gateway: each side gets them as long, and by such payload types, as
it has asked for, whatever the other side has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from h323d.rtp.events import TelephoneEvent, encode
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.profile import MediaProfile
from tests.support.bridged import SERVER
from tests.support.bridgedcalls import HOSTS, SIPScript, called, newPhone, newServer
from tests.support.scriptedsound import ScriptedSound, describedPort, tonePackets
from tests.support.simulation import Simulation

HEADER = 12  # octets of RTP
TONE = 400  # Hz
FIVE = 5  # the event of that key


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=59) as simulation:
        newServer(simulation, tickMs=10)
        yield simulation
        assert simulation.failures == []


@pytest.mark.parametrize(
    ("asked", "milliseconds"),
    [
        ("", 20),
        ("a=ptime:10\n", 10),
        ("a=ptime:30\n", 20),  # ours are not longer than we want
        ("a=maxptime:10\n", 10),
        ("a=ptime:20\na=maxptime:10\n", 10),
    ],
)
def test_aPhoneGetsPacketsAsLongAsItAsksFor(
    world: Simulation, asked: str, milliseconds: int
) -> None:
    alice, sound = SIPScript(world, 0), ScriptedSound(world, HOSTS[0])
    newPhone(world, "h323", 1, G711_ULAW)
    alice.invite(alice.offer("0") + asked)
    world.until(lambda: alice.isAnswered)
    alice.inDialog("ACK")
    world.run(0.4)
    assert {len(packet.payload) for packet in sound.heard[5:]} == {8 * milliseconds}


@pytest.mark.parametrize(("most", "milliseconds"), [(10, 10), (20, 20), (60, 20)])
def test_aTerminalGetsPacketsAsLongAsItsCapabilitySays(
    world: Simulation, most: int, milliseconds: int
) -> None:
    lengths: list[int] = []

    def look(kind: str, source: tuple[str, int], destination: tuple[str, int], data: bytes) -> None:
        if kind == "udp" and (source[0], destination[0]) == (SERVER, HOSTS[1]):
            lengths.append(len(data) - HEADER)

    alice, bob = newPhone(world, "sip", 0, G711_ULAW), newPhone(world, "h323", 1)
    bob.speaks = MediaProfile(
        tuple(
            replace(each, packetMs=10, maxPacketMs=most)
            for each in MediaProfile.audio((G711_ULAW,)).media
        )
    )
    called(alice, "slow, tunnelled")
    world.until(lambda: alice.speaking and bob.speaking)
    world.run(0.2)
    world.network.observers.append(look)
    world.run(0.4)
    assert {each for each in lengths if each >= 80} == {8 * milliseconds}


def test_eachSideHasItsOwnPayloadTypes(world: Simulation) -> None:
    alice, bob = SIPScript(world, 0), SIPScript(world, 1)
    lines = "a=rtpmap:{0} PCMU/8000\na=rtpmap:{1} telephone-event/8000\na=fmtp:{1} 0-15\n"
    alice.invite(alice.offer("100 110") + lines.format(100, 110))
    (offer,) = bob.requests("INVITE")
    assert b"PCMU" not in offer.body.split(b"m=audio")[0]
    bob.answer(200, bob.offer("0 96") + lines.format(0, 96))
    world.until(lambda: alice.isAnswered)
    assert b"a=rtpmap:100 PCMU/8000" in alice.final.body
    alice.inDialog("ACK")
    here, there = ScriptedSound(world, HOSTS[0]), ScriptedSound(world, HOSTS[1])
    server = describedPort(SERVER, alice.final.body)
    here.say(server, 100, tonePackets(TONE, "PCMU", 0.3))
    here.say(server, 110, [encode(TelephoneEvent(FIVE, 800, end=True))])
    world.run(0.3)
    assert {packet.payloadType for packet in there.heard} == {0, 96}
    events = [packet.payload[0] for packet in there.heard if packet.payloadType == 96]
    assert set(events) == {FIVE}
    assert {packet.payloadType for packet in here.heard} <= {100}
