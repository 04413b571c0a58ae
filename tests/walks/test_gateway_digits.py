"""
The walk of a key from one telephone to the other through the gateway: in whichever form it is
said, it arrives once, and as long as it was pressed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from h323d.call.digits import WINDOW
from h323d.values.media.digits import HOOK_FLASH, DigitMethod
from h323d.values.media.profile import MediaProfile
from tests.support.bridged import Phone
from tests.support.bridgedcalls import SIPScript, called, newPhone, newServer
from tests.support.simulation import Simulation

EVENT, INFO = DigitMethod.RTP_EVENT, DigitMethod.SIP_INFO
TEXT, SIGNAL = DigitMethod.H245_ALPHANUMERIC, DigitMethod.H245_SIGNAL
KEYPAD = DigitMethod.Q931_KEYPAD
SENT = {"sip": (EVENT, INFO), "h323": (EVENT, SIGNAL, TEXT, KEYPAD)}
TAKEN = {
    ("sip", True): EVENT,
    ("sip", False): INFO,
    ("h323", True): SIGNAL,
    ("h323", False): SIGNAL,
}
PAIRS = ("sip", "h323"), ("h323", "sip"), ("sip", "sip")
LONG = 400  # milliseconds
UNSAID = 160  # milliseconds that a key counts for whose form has no word for it

everyForm = pytest.mark.parametrize(
    ("presser", "form", "other", "events"),
    [
        pytest.param(presser, form, other, events, id=f"{form.value} to {other}, events {events}")
        for presser, other in PAIRS
        for form in SENT[presser]
        for events in ((True, False) if (presser, other) == ("h323", "sip") else (True,))
    ],
)


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=29) as simulation:
        yield simulation


def withoutEvents(profile: MediaProfile) -> MediaProfile:
    (sound,) = profile.media
    return MediaProfile((replace(sound, telephoneEvents=False),))


def talking(
    world: Simulation, calling: str, other: str, events: bool = True
) -> tuple[Phone, Phone]:
    """
    @param events: whether who is called takes RFC 4733.
    """
    newServer(world)
    alice, bob = newPhone(world, calling, 0), newPhone(world, other, 1)
    if not events:
        bob.speaks = withoutEvents(bob.speaks)
    called(alice)
    world.until(lambda: alice.speaking and bob.speaking)
    world.run(0.1)
    return alice, bob


def press(world: Simulation, phone: Phone, digit: str, length: int, *forms: DigitMethod) -> None:
    assert phone.leg is not None
    for form in forms:
        phone.leg.sendDigit(digit, length, form)
    world.run(length / 1000 + 0.1)


def arrived(phone: Phone) -> str:
    return "".join(digit for digit, _ in phone.digits)


@everyForm
def test_everyKeyArrivesOnceWhicheverFormItHas(
    world: Simulation, presser: str, form: DigitMethod, other: str, events: bool
) -> None:
    alice, bob = talking(world, presser, other, events)
    keys = "11D" if form is KEYPAD else "11D" + HOOK_FLASH
    for digit in keys:
        press(world, alice, digit, 60, form)
    press(world, alice, "5", LONG, form)
    world.run(LONG / 1000)  # it goes on when it is known how long it was
    assert arrived(bob) == keys + "5"
    assert {method for _, method in bob.digits} == {TAKEN[other, events]}
    assert alice.digits == []
    lasted = UNSAID if form in (TEXT, KEYPAD) else LONG
    assert bob.lengths[-1] == pytest.approx(lasted, abs=20)


@pytest.mark.parametrize(("presser", "other"), PAIRS)
def test_aKeyThatIsSaidInEveryFormIsOneKey(world: Simulation, presser: str, other: str) -> None:
    alice, bob = talking(world, presser, other)
    for digit in "77":
        press(world, alice, digit, 60, *SENT[presser])
    world.run(WINDOW)
    assert arrived(bob) == "77"


@pytest.mark.parametrize(("presser", "other"), PAIRS)
def test_keysThatArePressedFasterThanTheyCanBeSentAllArriveInTheirOrder(
    world: Simulation, presser: str, other: str
) -> None:
    alice, bob = talking(world, presser, other)
    assert alice.leg is not None
    for digit in "012345":
        alice.leg.sendDigit(digit, 60)
    world.run(1.2)
    assert arrived(bob) == "012345"


def test_aHookFlashGoesByINFOToWhoDoesNotListItAmongTheEvents(world: Simulation) -> None:
    newServer(world)
    alice, bob = newPhone(world, "h323", 0), SIPScript(world, 1)
    called(alice)
    events = "a=rtpmap:101 telephone-event/8000\na=fmtp:101 0-15\n"
    bob.answer(200, bob.offer("0 101") + events)
    world.until(lambda: alice.speaking)
    bob.ask("ACK")
    world.run(0.5)
    press(world, alice, HOOK_FLASH, 60, SIGNAL)
    world.until(lambda: bob.requests("INFO"))
    assert b"Signal=!" in bob.requests("INFO")[0].body
