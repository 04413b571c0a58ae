"""
Twisted's own name server (C{twistd dns}), with one zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.support.processes import Process, isBound, program

__all__ = ["PORT", "NameServer"]

PORT = 5353


class NameServer(Process):
    """
    One that listens on an address of its own.
    """

    def __init__(self, directory: Path, address: str, domain: str, records: Sequence[str]) -> None:
        """
        @param records: those of the zone beside its SOA, as Twisted has them in Python:
            C{SRV(...)}, C{A(...)}.
        """
        super().__init__(directory, "dns")
        self._address = address
        self._domain = domain
        begin = f'SOA("{domain}", mname="ns.{domain}", rname="root.{domain}")'
        self._zone = f"zone = [{', '.join((begin, *records))}]\n"

    def command(self) -> list[str]:
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / self._domain).write_text(self._zone)
        return [
            program("twistd"), "-n", "--pidfile=", "dns", "--interface", self._address,
            "--port", str(PORT), "--pyzone", self._domain,
        ]  # fmt: skip

    def ready(self) -> bool:
        return isBound(self._address, PORT)
