"""
How parts stand in the list of those that a server is made of.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from operator import attrgetter

from twisted.internet.defer import Deferred, succeed

from h323d.call.parts import UNCHANGED, Commit, Part
from h323d.config.sections import Configuration
from h323d.server.parts import Sectioned
from h323d.sip.config import SIPConfig


@dataclass
class Noted(Part[SIPConfig]):
    """
    Notes what it is told.
    """

    told: list[object] = field(default_factory=list)

    def start(self) -> None:
        self.told.append("start")

    def prepare(self, config: SIPConfig) -> Commit:
        self.told.append(config)
        return UNCHANGED

    def leave(self) -> None:
        self.told.append("leave")

    def close(self) -> Deferred[None]:
        self.told.append("close")
        return succeed(None)


def test_aPartOfOneSectionIsToldOfItAlone() -> None:
    noted = Noted()
    part = Sectioned(noted, attrgetter("sip"))
    section = SIPConfig(user="rooms")
    part.start()
    part.prepare(replace(Configuration(), sip=section)).commit()
    part.leave()
    assert part.close().called
    assert noted.told == ["start", section, "leave", "close"]
