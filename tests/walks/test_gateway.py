"""
The walk of a call through the gateway: whoever is registered calls whoever is, by SIP or by
H.323, and they hear each other.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from h323d.values.cause import Cause
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from tests.support.bridged import SERVER, Phone, SIPPhone, h323Phone, sipPhone
from tests.support.simulation import SimulatedServer, Simulation

ALICE, BOB, NOBODY = 400, 700, 1000  # Hz
TONES = (ALICE, BOB, NOBODY)


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=11) as simulation:
        yield simulation


@pytest.fixture
def server(world: Simulation) -> SimulatedServer:
    return world.server(SERVER)


def phones(world: Simulation, calling: str, called: str) -> tuple[Phone, Phone]:
    """
    Alice, who speaks A-law alone, and Bob, who speaks mu-law alone.
    """
    kinds = {"sip": sipPhone, "h323": h323Phone}
    alice = kinds[calling](world, "10.0.1.1", "1001", ALICE, G711_ALAW)
    bob = kinds[called](world, "10.0.1.2", "1002", BOB, G711_ULAW)
    return alice, bob


def dial(alice: Phone) -> None:
    alice.dial(f"sip:1002@{SERVER}" if isinstance(alice, SIPPhone) else "1002")


def heard(alice: Phone, bob: Phone) -> tuple[list[int], list[int]]:
    return alice.heard.heard(TONES), bob.heard.heard(TONES)


@pytest.mark.parametrize(("calling", "called"), [("sip", "h323"), ("h323", "sip"), ("sip", "sip")])
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
