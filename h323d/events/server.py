"""
What happens to the server as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.events.bus import Fact

__all__ = [
    "ConfigurationReloaded",
    "GatesClosed",
    "GatesOpened",
    "MediaProcessLost",
    "OperatorActed",
    "WitnessFailed",
    "WitnessRecovered",
]


@dataclass(frozen=True, slots=True)
class GatesClosed(Fact):
    """
    No new call passes from now on.

    @ivar reason: C{"maintenance"} or C{"shuttingDown"}.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class GatesOpened(Fact):
    """
    Calls pass again.
    """


@dataclass(frozen=True, slots=True)
class ConfigurationReloaded(Fact):
    """
    A changed configuration is in force.

    @ivar sections: those that differ from before.
    """

    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OperatorActed(Fact):
    """
    An operator changed something.  What only asks, or could not be done, is not told.

    @ivar actor: C{"uid"} and the number of the user whose process used the control socket,
        C{"control"} where the system does not tell, or C{"manhole"}.
    @ivar command: as C{h323ctl} has it.
    @ivar arguments: names and values of those that were given.
    """

    actor: str
    command: str
    arguments: tuple[tuple[str, str | int], ...]


@dataclass(frozen=True, slots=True)
class MediaProcessLost(Fact):
    """
    A process of the media has died, and another goes on with what it did.

    @ivar ports: how many it carried.
    @ivar relays: likewise.
    @ivar spared: whether a spare was ready: there is no sound otherwise until a new one is.
    """

    ports: int
    relays: int
    spared: bool


@dataclass(frozen=True, slots=True)
class WitnessFailed(Fact):
    """
    The witness's log cannot be written any more; it is tried again.

    @ivar reason: in words.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class WitnessRecovered(Fact):
    """
    It is written again.

    @ivar lost: how many records are lost, as too many waited.
    """

    lost: int
