"""
Calls that a server routes on, or makes, over TLS to another server: what that has said of itself leads
to no port but the one for TLS.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from h323d.h323.ras.messages import RASMessage, decodeRAS, encodeRAS
from h323d.h323.signalling.features import withFeature
from h323d.h323.signalling.securesignalling import offer
from h323d.values.address import TransportAddress
from tests.support.certificates import issue
from tests.support.processes import BUSY, Caller, Server, clearOnceHeard, waitFor
from tests.support.ras import at, rrq

NORTH, SOUTH, THEM = "127.0.37.1", "127.0.37.2", "127.0.37.3"
NOBODY = 9  # a port that nobody listens on
CONFIGURATION = """
[gatekeeper]
multicast = false

[routed]
model = "routed"
acceptUnregistered = true

[conference]
patterns = ["{rooms}"]

[h323]
tlsPort = 1300
certificate = "{files.certificate}"
privateKey = "{files.privateKey}"
"""


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    """
    The south is registered at the north, for a room of its own.
    """
    directory = tmp_path_factory.mktemp("onward")
    files = issue(directory, "both")
    north = Server(directory / "north", NORTH, CONFIGURATION.format(rooms="8xxxx", files=files))
    south = Server(directory / "south", SOUTH, CONFIGURATION.format(rooms="9xxxx", files=files))
    with north, south:
        register()
        yield north, south
        for each in (north, south):
            assert "Traceback" not in each.output()


def register() -> None:
    fields = rrq(
        1, SOUTH, ("dialledDigits", "90001"), callSignalAddress=[at(SOUTH, NOBODY)], timeToLive=600
    ).fields
    secure = withFeature(fields, offer(TransportAddress(SOUTH, 1300)))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ras:
        ras.bind((SOUTH, 0))
        ras.settimeout(5 * BUSY)
        ras.sendto(encodeRAS(RASMessage("registrationRequest", secure)), (NORTH, 1719))
        assert decodeRAS(ras.recv(4096)).name == "registrationConfirm"


@pytest.mark.parametrize("caller", [[], ["--tls"]], ids=["caller on TCP", "caller on TLS"])
@pytest.mark.parametrize(
    "options",
    [[], ["--no-fast-start"], ["--no-fast-start", "--no-tunnelling"]],
    ids=["fast start", "tunnelled", "H.245 on its own"],
)
def test_aCallIsRoutedOnOverTLS(
    tmp_path: Path, servers: tuple[Server, Server], options: list[str], caller: list[str]
) -> None:
    with Caller(
        tmp_path, "caller", f"h323:90001@{NORTH}", "--bind", THEM,
        "--json", "--tone", "440", *caller, *options,
    ) as process:  # fmt: skip
        clearOnceHeard(servers[1])
        assert process.wait(20) == 0, process.output()
    summary = json.loads(process.output().splitlines()[-1])
    assert summary["packetsReceived"] > 20


def test_aRoomCallsOutOverTLS(servers: tuple[Server, Server]) -> None:
    north, south = servers
    north.ask("call", "80001", "90001")
    waitFor(lambda: bool(south.ask("rooms")), 10, "a participant")
    (call,) = south.ask("calls")
    assert call["peer"].startswith(f"{NORTH}:")
    north.ask("hangup", north.ask("calls")[0]["callId"])
    waitFor(lambda: not south.ask("calls"), 10, "the end of the call")
