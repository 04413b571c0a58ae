"""
Kamailio, a SIP proxy that we did not write.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.processes import PEERS, Process, program

__all__ = ["Kamailio"]


class Kamailio(Process):
    """
    A proxy that passes every call on to one place, and stays in its path.
    """

    def __init__(
        self, directory: Path, address: str, target: str, routes: int = 1, kind: str = ""
    ) -> None:
        """
        @param kind: C{"-edge"} for one that passes registrations on, too, and has calls to those
            phones come by it; C{"-registrar"} for one that has calls to whom it has registered itself.
        @param target: the host that calls go to.
        @param routes: how many Record-Routes it writes, one or two: two where a call leaves
            by another socket than it came by.
        """
        super().__init__(directory, f"kamailio-{address}")
        self.address = address
        self._target = target
        self._kind = kind
        self._leave = {1: "outside", 2: "inside"}[routes]

    def command(self) -> Sequence[str]:
        kamailio = program("kamailio")
        modules = next(iter(Path("/usr/lib").glob("**/kamailio/modules")), None)
        if modules is None:
            pytest.skip("Kamailio's modules are not where Debian has them")
        self.directory.mkdir(parents=True, exist_ok=True)
        text = (PEERS / f"kamailio{self._kind}.cfg").read_text()
        places = {
            "@ADDRESS@": self.address,
            "@TARGET@": self._target,
            "@LEAVE@": self._leave,
            "@MODULES@": str(modules),
        }
        for place, value in places.items():
            text = text.replace(place, value)
        file = self.directory / "kamailio.cfg"
        file.write_text(text)
        return [
            kamailio, "-f", str(file), "-DD", "-E", "-m", "32", "-M", "4",
            "-Y", str(self.directory), "-P", str(self.directory / "kamailio.pid"),
        ]  # fmt: skip

    def ready(self) -> bool:
        """
        Whether it answers: what may go no further, it has to refuse.
        """
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((self.address, 0))
            probe.settimeout(0.5)
            port = probe.getsockname()[1]
            text = (
                f"OPTIONS sip:{self.address} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {self.address}:{port};branch=z9hG4bKready\r\n"
                f"Max-Forwards: 0\r\nFrom: <sip:{self.address}>;tag=ready\r\n"
                f"To: <sip:{self.address}>\r\nCall-ID: ready\r\nCSeq: 1 OPTIONS\r\n"
                "Content-Length: 0\r\n\r\n"
            )
            probe.sendto(text.encode(), (self.address, 5060))
            try:
                return probe.recv(65536).startswith(b"SIP/2.0 483")
            except (TimeoutError, ConnectionError):
                return False
