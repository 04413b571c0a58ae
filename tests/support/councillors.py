"""
A guarded server with guardians who are where the registry says, for walks of councils.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from h323d.call.legs import ILeg
from h323d.config.sections import Configuration
from h323d.council.config import CouncilConfig
from h323d.guard.config import GuardConfig
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.guardians import entry
from tests.support.simulatedphone import Telephone
from tests.support.simulation import SimulatedServer, Simulation

__all__ = ["RAS", "SERVER", "ROOM", "Councillor", "House"]

SERVER = "10.0.0.1"
RAS = TransportAddress(SERVER, 1719)
SIGNALLING = TransportAddress(SERVER, 1720)
ROOM = "80001"


class Councillor(Telephone):
    """
    A guardian with an H.323 telephone.

    @ivar cause: that calls to it are refused with; C{None} to take them.
    @ivar rings: whether it is not answered.
    """

    refusing: Cause | None = None
    rings = False

    def legOffered(self, leg: ILeg) -> None:
        if self.refusing is not None:
            self.reports.append("offered")
            leg.reject(self.refusing)
        elif self.rings:
            leg.observe(self)
            self.leg = leg
            self.reports.append("offered")
            leg.alert(None)
        else:
            super().legOffered(leg)

    @property
    def offers(self) -> int:
        """
        How often it was called.
        """
        return self.reports.count("offered")


class House:
    """
    The server, and guardians by their names, who are registered.
    """

    def __init__(
        self,
        world: Simulation,
        file: Path,
        names: tuple[str, ...] = ("anna", "bert", "cora"),
        council: CouncilConfig | None = None,
        kind: type[SimulatedServer] = SimulatedServer,
        **fields: dict[str, str],
    ) -> None:
        """
        @param kind: of the server.
        @param fields: more of an entry, by the name of the guardian.
        """
        self.world = world
        self.file = file
        self.names = names
        self.fields = {
            name: {
                "public_key": "",
                "proof": "address",
                "may": "[ROUTINE, ESCALATE]",
                "addresses": f"10.0.1.{number}",
                "aliases": f"[h323:{name}, 'sip:{name}@{SERVER}']",
                **fields.get(name, {}),
            }
            for number, name in enumerate(names, 1)
        }
        self.write()
        configuration = Configuration(
            guard=GuardConfig(str(file), "council-1", checkInterval=1.0),
            council=council or CouncilConfig(),
        )
        self.server = world.started(kind(world, SERVER, configuration))
        self.phones = {
            name: Councillor(world, f"10.0.1.{number}", name, 300 + 100 * number, gatekeeper=RAS)
            for number, name in enumerate(names, 1)
        }

    def write(self) -> None:
        """
        Have the registry as C{fields} has it.
        """
        entries = [entry(name, **fields) for name, fields in self.fields.items()]
        self.file.write_text("guardians:\n" + "".join(entries))

    def registered(self, *names: str) -> None:
        """
        Have guardians register; all, if none are named.
        """
        for name in names or self.names:
            self.phones[name].register()
        self.world.run(1.0)

    def council(self, *arguments: str) -> dict[str, Any]:
        """
        Give the command C{council}.

        @return: what it shows of each guardian, by their names.
        """
        views = self.server.server.operator.council(ROOM, *arguments)
        return {each.guardian.removeprefix("if://guardian/"): each for each in views}

    def states(self) -> dict[str, str]:
        return {name: view.state for name, view in self.council().items()}

    def over(self) -> None:
        self.world.leave()
        assert self.world.leftOver() == []
