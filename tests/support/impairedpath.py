"""
A bad network between a SIP phone and a server, for system tests and benchmarks.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import Process, isBound

__all__ = ["ImpairedPath", "Impairment"]


@dataclass(frozen=True)
class Impairment:
    """
    @ivar loss: the part of packets that do not arrive.
    @ivar jitter: seconds by which one may come later than another.
    """

    loss: float = 0.01
    jitter: float = 0.03
    seed: int = 1


class ImpairedPath(Process):
    """
    It is called in the server's stead by the phone, and knows the phone from its start.
    """

    def __init__(
        self, directory: Path, server: str, phone: str, here: str, impairment: Impairment
    ) -> None:
        """
        @param here: its address, which has as many characters as those of the two.
        """
        super().__init__(directory, f"impairment-{here}")
        assert len(server) == len(phone) == len(here), "the length of messages would be another"
        self.here = here
        self._hosts = server, phone, here
        self._impairment = impairment

    def command(self) -> Sequence[str]:
        script = Path(__file__).with_name("impairment.py")
        bad = self._impairment
        figures = map(str, (bad.loss, bad.jitter, bad.seed))
        return [sys.executable, str(script), *self._hosts, *figures]

    def ready(self) -> bool:
        return isBound(self.here, 5060)
