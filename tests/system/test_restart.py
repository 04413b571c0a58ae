"""
Registrations of a real server that is killed, or stopped, and started again.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from h323d.h323.ras.messages import RASMessage, decodeRAS, encodeRAS
from tests.support.disk import REGISTERED, onDisk
from tests.support.processes import Server, waitFor
from tests.support.ras import keepAlive, rrq

US, THEM = "127.0.45.1", "127.0.45.11"


class Endpoint:
    """
    An endpoint's RAS port.
    """

    def __init__(self) -> None:
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind((THEM, 1719))
        self._socket.settimeout(0.3)

    def ask(self, message: RASMessage) -> RASMessage | None:
        try:
            self._socket.sendto(encodeRAS(message), (US, 1719))
            return decodeRAS(self._socket.recv(65536))
        except (TimeoutError, ConnectionRefusedError):
            return None

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()
    yield endpoint
    endpoint.close()


def register(endpoint: Endpoint) -> str:
    answer = waitFor(lambda: endpoint.ask(rrq(1, THEM, ("h323-ID", "anna"))), 5, "an RCF")
    assert answer.name == "registrationConfirm"
    return str(answer.fields["endpointIdentifier"])


def renew(endpoint: Endpoint, endpointId: str) -> RASMessage:
    answer = waitFor(lambda: endpoint.ask(keepAlive(2, THEM, endpointId)), 5, "an answer")
    assert isinstance(answer, RASMessage)
    return answer


def test_aKilledServerKnowsItsEndpointsWhenItIsBack(tmp_path: Path, endpoint: Endpoint) -> None:
    with Server(tmp_path, US) as server:
        endpointId = register(endpoint)
        file = server.state / "registrations.sqlite"
        waitFor(lambda: onDisk(file, REGISTERED), 5, "it is on the disk")
        server.signal(signal.SIGKILL)
        server.wait(5)
    with Server(tmp_path, US) as server:
        assert renew(endpoint, endpointId).name == "registrationConfirm"
        (row,) = server.ask("registrations")
        assert (row["endpointId"], row["aliases"]) == (endpointId, ["anna"])
    assert "registered as before the restart: 1; no more: 0" in server.output()
    assert "Traceback" not in server.output()


def test_aServerThatIsStoppedForgetsNothing(tmp_path: Path, endpoint: Endpoint) -> None:
    with Server(tmp_path, US) as server:
        endpointId = register(endpoint)
        server.signal(signal.SIGTERM)
        server.wait(10)
    with Server(tmp_path, US):
        assert renew(endpoint, endpointId).name == "registrationConfirm"


def test_withoutAStoreItHasToRegisterAgain(tmp_path: Path, endpoint: Endpoint) -> None:
    configuration = '[gatekeeper]\nstore = ""\n'
    with Server(tmp_path, US, configuration) as server:
        endpointId = register(endpoint)
        server.signal(signal.SIGTERM)
        server.wait(10)
    with Server(tmp_path, US, configuration) as server:
        answer = renew(endpoint, endpointId)
        assert answer.name == "registrationReject"
        assert answer.fields["rejectReason"][0] == "fullRegistrationRequired"
    assert not server.state.exists()
