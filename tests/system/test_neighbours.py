"""
Two real servers as neighbours: an endpoint of one calls an endpoint, and a room, of the other, with
and without a password between them; and all that gatekeepers said to each other is dissected.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support import tshark
from tests.support.processes import Caller, Capture, Server, waitFor
from tests.support.signatures import isSignedWith

NORTH, SOUTH = "127.0.26.1", "127.0.26.2"
ANNA, BERT = "127.0.26.11", "127.0.26.12"
ZONE = """\
[gatekeeper]
gatekeeperIdentifier = "{name}"
multicast = false

[conference]
patterns = ["{rooms}"]

[[routing.neighbours]]
name = "other"
address = "{other}"
"""
SHARED = """\
gatekeeperIdentifier = "{peer}"
passwordFile = "{file}"
"""


@pytest.fixture(scope="module")
def zones(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    """
    Each knows the other, and has rooms of its own.
    """
    directory = tmp_path_factory.mktemp("zones")
    north = ZONE.format(name="north", rooms="8xxxx", other=SOUTH)
    south = ZONE.format(name="south", rooms="9xxxx", other=NORTH)
    with Server(directory / "north", NORTH, north) as first:
        with Server(directory / "south", SOUTH, south) as second:
            yield first, second


def anna(directory: Path, target: str, host: str = ANNA, zone: str = NORTH) -> Caller:
    """
    Registered at the north, and calling.
    """
    return Caller(
        directory, "anna", "--bind", host, "--alias", "anna", "--gatekeeper", zone,
        "--tone", "700", "--seconds", "1.5", "--json", target,
    )  # fmt: skip


def bert(directory: Path) -> Caller:
    """
    Registered at the south, and waiting.
    """
    return Caller(
        directory, "bert", "--bind", BERT, "--alias", "bert", "--gatekeeper", SOUTH,
        "--tone", "1400", "--answer", "--h323-port", "1720", "--json",
    )  # fmt: skip


def test_anEndpointCallsAnEndpointOfTheOtherZone(
    zones: tuple[Server, Server], tmp_path: Path
) -> None:
    _, south = zones
    with bert(tmp_path):
        waitFor(lambda: south.ask("registrations"), 10, "bert registers")
        with anna(tmp_path, "bert") as calling:
            assert calling.wait(20) == 0, calling.output()
    assert '"answered"' in calling.output()


def test_anEndpointCallsARoomOfTheOtherZone(zones: tuple[Server, Server], tmp_path: Path) -> None:
    _, south = zones
    with anna(tmp_path, "90001") as calling:
        waitFor(lambda: south.ask("rooms"), 10, "the room opens")
        assert calling.wait(20) == 0, calling.output()


def test_aNameThatNobodyKnowsIsRefused(zones: tuple[Server, Server], tmp_path: Path) -> None:
    with anna(tmp_path, "nobody") as calling:
        assert calling.wait(20) == 1, calling.output()


def secured(directory: Path, here: str, there: str, **passwords: str) -> Iterator[Server]:
    """
    North and south, each with what it takes for the password of both.
    """
    for name, peer, address, other, rooms in (
        ("north", "south", here, there, "8xxxx"),
        ("south", "north", there, here, "9xxxx"),
    ):
        file = directory / f"{name}.password"
        file.write_text(passwords[name] + "\n")
        text = ZONE.format(name=name, rooms=rooms, other=other)
        yield Server(directory / name, address, text + SHARED.format(peer=peer, file=file))


def test_neighboursThatDoNotShareAPasswordFindNothing(tmp_path: Path) -> None:
    north, south = "127.0.28.1", "127.0.28.2"
    with ExitStack() as stack:
        servers = secured(tmp_path, north, south, north="open sesame", south="guess")
        first, second = (stack.enter_context(each) for each in servers)
        with anna(tmp_path, "90001", "127.0.28.11", north) as calling:
            assert calling.wait(20) == 1, calling.output()
        for server in (first, second):
            assert server.ask("status")["facts"]["AuthenticationFailed"] >= 1
            for secret in ("open sesame", "guess"):
                assert secret not in server.output()


@pytest.mark.skipif(not tshark.available(), reason="no tshark")
def test_neighboursThatShareAPasswordSignAllThatTheySay(tmp_path: Path) -> None:
    north, south = "127.0.30.1", "127.0.30.2"
    with ExitStack() as stack:
        capture = stack.enter_context(Capture(tmp_path / "capture", "127.0.30.0/24"))
        for server in secured(tmp_path, north, south, north="open sesame", south="open sesame"):
            stack.enter_context(server)
        for target, status in (("90001", 0), ("nobody", 1)):
            with anna(tmp_path, target, "127.0.30.11", north) as calling:
                assert calling.wait(20) == status, calling.output()
        capture.stop()
    for address in (north, south):
        assert capture.complaints(address) == ""
    between = f"(ip.addr == {north} && ip.addr == {south})"
    fields = ("h225.RasMessage", "udp.payload", "h235.hash")
    options = [option for each in fields for option in ("-e", each)]
    rows = capture.dissect(f"h225.RasMessage && {between}", "-T", "fields", *options)
    said = [row.split("\t") for row in rows.splitlines()]
    names = ["18", "19", "18", "20"]  # locationRequest, Confirm, and once more, Reject
    assert [name for name, _, _ in said] == names
    for _, payload, found in said:
        digest = bytes.fromhex(found.replace(":", ""))
        assert isSignedWith("open sesame", bytes.fromhex(payload), digest)


@pytest.mark.interop
def test_whatGatekeepersSayToEachOtherIsDissected(tmp_path: Path) -> None:
    north, south = "127.0.27.1", "127.0.27.2"
    with ExitStack() as stack:
        capture = stack.enter_context(Capture(tmp_path / "capture", "127.0.27.0/24"))
        for name, here, there, rooms in (
            ("north", north, south, "8xxxx"),
            ("south", south, north, "9xxxx"),
        ):
            text = ZONE.format(name=name, rooms=rooms, other=there)
            stack.enter_context(Server(tmp_path / name, here, text))
        for target in ("90001", "nobody"):
            with anna(tmp_path, target, "127.0.27.11", north) as calling:
                calling.wait(20)
        capture.stop()
    for address in (north, south):
        assert capture.complaints(address) == ""
    query = f"h225.RasMessage && ip.src == {north} && ip.dst == {south}"
    said = capture.dissect(query, "-T", "fields", "-e", "h225.RasMessage")
    assert set(said.split()) == {"18"}  # locationRequest
