"""
What phones of PJSIP's may speak and write, that a guarded server knows by where they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.support.guardians import entry
from tests.support.processes import Baresip, Server, together, waitFor
from tests.support.softphone import SoftPhone

pytestmark = pytest.mark.interop

NETWORK = "127.0.120."
US, ANNA, BERT = f"{NETWORK}1", f"{NETWORK}2", f"{NETWORK}3"
HEARD = 5  # of 255: what PJSIP calls the level of a tone that is heard is above, silence is 0
CARD = "4111 1111 1111 1111"


@dataclass(frozen=True)
class World:
    """
    The server, Anna, who has two names, and Bert.
    """

    server: Server
    anna: SoftPhone
    bert: SoftPhone


def guardian(name: str, host: str, *users: str) -> str:
    aliases = ", ".join(f"'sip:{user}@{US}'" for user in users)
    return entry(name, public_key="", proof="address", addresses=host, aliases=f"[{aliases}]")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("whitelist")
    registry = directory / "registry.yaml"
    entries = guardian("anna", ANNA, "anna", "old") + guardian("bert", BERT, "bert")
    registry.write_text(f"guardians:\n{entries}")
    guard = f'registry = "{registry}"\nname = "council-1"\nescalateRooms = ["80001"]'
    with ExitStack() as stack:
        server = Server(directory / "server", US, f"{Baresip.SERVER}[guard]\n{guard}\n")
        anna = SoftPhone(directory / "anna", ANNA, 440)
        bert = SoftPhone(directory / "bert", BERT, 700)
        together(stack, server, anna, bert)
        anna.register("anna", US, "PCMA")
        anna.register("old", US, "GSM")
        bert.register("bert", US, "PCMU")
        yield World(server, anna, bert)
        assert "Traceback" not in server.output()


def test_whoSpeaksWhatIsAllowedIsHeard(world: World) -> None:
    call = world.anna.call("anna", f"sip:bert@{US}")
    waitFor(lambda: world.anna.calls()[call]["level"] > HEARD, 10, "Bert is heard")
    world.anna.hangup(call)
    waitFor(lambda: world.server.ask("calls") == [], 10, "the call is over")


def test_whoDoesNotIsRefusedBeforeItRings(world: World) -> None:
    rung = len(world.bert.calls())
    call = world.anna.call("old", f"sip:bert@{US}")
    waitFor(lambda: world.anna.calls()[call]["status"] == 488, 10, "the call is refused")
    assert len(world.bert.calls()) == rung


def test_roomsHaveAListOfTheirOwn(world: World) -> None:
    call = world.anna.call("old", f"sip:80002@{US}")
    waitFor(lambda: world.anna.calls()[call]["media"] == "active", 10, "there is sound")
    world.anna.hangup(call)
    waitFor(lambda: world.server.ask("calls") == [], 10, "the call is over")


def texts(phone: SoftPhone, name: str) -> list[str]:
    return [each["text"] for each in phone.written(name)["texts"]]


def test_whatIsWrittenDuringAGraveCallHasNoPersonalData(world: World) -> None:
    world.anna.write("anna", f"sip:bert@{US}", f"mine is {CARD}")
    waitFor(lambda: texts(world.bert, "bert") == [f"mine is {CARD}"], 10, "Bert reads it")
    call = world.anna.call("anna", f"sip:80001@{US}")
    waitFor(lambda: world.anna.calls()[call]["media"] == "active", 10, "there is sound")
    world.anna.write("anna", f"sip:bert@{US}", f"and hers is {CARD}")
    waitFor(lambda: len(texts(world.bert, "bert")) == 2, 10, "Bert reads that, too")
    assert texts(world.bert, "bert")[1] == "and hers is [REDACTED:CARD]"
    world.anna.hangup(call)
    waitFor(lambda: world.server.ask("calls") == [], 10, "the call is over")
