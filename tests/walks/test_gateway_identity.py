"""
The walk of a caller's name through the gateway: who calls is shown as they show themselves, in
any script, or not at all if they do not want to be known.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from h323d.h323.signalling import messages, reading, uuie
from h323d.h323.signalling.elements import PartyNumber
from h323d.h323.signalling.q931 import IE, Element, MessageType
from h323d.h323.signalling.uuie import SetupParties, Start
from h323d.values.address import ANONYMOUS, AddressKind, PartyAddress, TransportAddress
from tests.support import sippeers
from tests.support.bridged import SERVER
from tests.support.bridgedcalls import SIPScript, serverBefore
from tests.support.h323 import KIND, ScriptedCallee, ScriptedPeer
from tests.support.simulation import Simulation
from tests.support.sippeers import offerBody, request

TERMINAL, CALLER = "10.0.1.9", "10.0.1.8"
NUMBER = "1009"
PROXY = "10.0.0.3"
NAMES = ["Ann Example", "José", "Łukasz Żak", "Жанна", "花子"]
OWN = "<sip:1001@10.0.1.1>"


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=37) as simulation:
        serverBefore(simulation, TERMINAL, NUMBER)
        yield simulation


def toTerminal(world: Simulation, sender: str = "", extra: str = "") -> ScriptedCallee:
    alice, bob = SIPScript(world, 0), ScriptedCallee(world.network, TERMINAL)
    alice.invite(alice.offer(), extra, NUMBER, sender)
    world.until(lambda: bob.received)
    return bob


def toPhone(
    world: Simulation, display: str, *others: Element, restricted: bool = False
) -> SIPScript:
    """
    @param others: elements of the Setup.
    @param restricted: whether its C{presentationIndicator} says so.
    """
    bob = SIPScript(world, 1)
    alice = ScriptedPeer(world.network, CALLER, TransportAddress(SERVER, 1720))
    calling = (PartyAddress(AddressKind.H323_ID, "alice"),)
    called = (PartyAddress(AddressKind.DIALLED_DIGITS, "1002"),)
    kind, fields = uuie.setup(alice.identity, KIND, SetupParties(calling, called), Start())
    if restricted:
        fields["presentationIndicator"] = ("presentationRestricted", None)
    octets = uuie.write((kind, fields), True)
    alice.send(messages.setup(octets, display, calling, called, others))
    world.until(lambda: bob.requests("INVITE"))
    return bob


@pytest.mark.parametrize("name", NAMES)
def test_aPhonesNameIsShownByATerminal(world: Simulation, name: str) -> None:
    bob = toTerminal(world, f'"{name}" {OWN}')
    setup, content = bob.received[0]
    assert reading.displayName(setup) == name
    assert "1001" in [each.value for each in content.aliases("sourceAddress")]


@pytest.mark.parametrize("name", NAMES)
def test_aTerminalsNameIsShownByAPhone(world: Simulation, name: str) -> None:
    bob = toPhone(world, name)
    caller = bob.requests("INVITE")[0].fromAddress
    assert (caller.displayName, str(caller.uri)) == (name, f"sip:alice@{SERVER}:5060")


@pytest.mark.parametrize(
    ("sender", "extra"),
    [
        ("", "Privacy: id\n"),
        ("", "Privacy: header;user;critical\n"),
        ('"Anonymous" <sip:anonymous@anonymous.invalid>', ""),
    ],
)
def test_whoAsksForPrivacyBySIPIsARestrictedCallerByH323(
    world: Simulation, sender: str, extra: str
) -> None:
    setup, content = toTerminal(world, sender, extra).received[0]
    number = PartyNumber.decode(setup.contents(IE.CALLING_PARTY_NUMBER) or b"")
    assert (number.digits, number.restricted) == ("", True)
    assert content.isRestricted
    said = f"{setup.contents(IE.DISPLAY)!r} {content.fields}"
    assert "1001" not in said
    assert "Script" not in said


def test_whoDoesNotAskForPrivacyIsNotRestricted(world: Simulation) -> None:
    setup, content = toTerminal(world).received[0]
    number = PartyNumber.decode(setup.contents(IE.CALLING_PARTY_NUMBER) or b"")
    assert (number.digits, number.restricted) == ("1001", False)
    assert not content.isRestricted


@pytest.mark.parametrize("byNumber", [True, False])
def test_aRestrictedCallerByH323HasPrivacyBySIP(world: Simulation, byNumber: bool) -> None:
    number = PartyNumber("5551", presentation=1)
    elements = [Element(IE.CALLING_PARTY_NUMBER, number.encode())] if byNumber else []
    bob = toPhone(world, "Alice", *elements, restricted=not byNumber)
    (invite,) = bob.requests("INVITE")
    caller = invite.fromAddress
    assert (caller.displayName, str(caller.uri)) == ("Anonymous", ANONYMOUS.value)
    assert invite.headers.get("Privacy") == "id"
    said = f"{invite.headers} {invite.body!r}"
    assert "lice" not in said
    assert "5551" not in said


def test_whoDoesNotRestrictTheirNumberHasNoPrivacyBySIP(world: Simulation) -> None:
    (invite,) = toPhone(world, "Alice").requests("INVITE")
    assert "Privacy" not in invite.headers


def test_aNameThatIsNoneIsNotShownAsOurs(world: Simulation) -> None:
    bob = toTerminal(world, OWN)
    assert reading.displayName(bob.received[0][0]) == "1001"


def test_aTerminalThatAnswersIsNotTakenForAnotherCaller(world: Simulation) -> None:
    bob = toTerminal(world)
    bob.connect()
    world.run(0.2)
    assert MessageType.RELEASE_COMPLETE not in bob.kinds
    assert world.failures == []


def numberOf(bob: ScriptedCallee) -> PartyNumber:
    return PartyNumber.decode(bob.received[0][0].contents(IE.CALLING_PARTY_NUMBER) or b"")


def test_theNumberOfWhoIsRegisteredIsToldAsVerified(world: Simulation) -> None:
    number = numberOf(toTerminal(world))
    assert (number.digits, number.presentation, number.screening) == ("1001", 0, 1)


@pytest.mark.parametrize(
    ("trusted", "privacy", "number"),
    [
        ((PROXY,), "", PartyNumber("4930123", presentation=0, screening=1)),
        ((PROXY,), "Privacy: id\n", PartyNumber("", plan=0, presentation=1, screening=3)),
        ((), "", PartyNumber("555")),
    ],
)
def test_whomATrustedProxyAssertsCallsByH323(
    trusted: tuple[str, ...], privacy: str, number: PartyNumber
) -> None:
    asserted = f"P-Asserted-Identity: <sip:+4930123@example.com>\n{privacy}"
    with Simulation(seed=37) as world:
        serverBefore(world, TERMINAL, NUMBER, trusted)
        bob = ScriptedCallee(world.network, TERMINAL)
        uri = f"sip:{NUMBER}@{SERVER}"
        text = request("INVITE", uri=uri, body=offerBody(PROXY), extra=asserted)
        proxy = sippeers.ScriptedPeer(world, PROXY)
        proxy.send(text.replace("sip:script@", "sip:555@"), TransportAddress(SERVER, 5060))
        world.until(lambda: bob.received)
        assert numberOf(bob) == number
