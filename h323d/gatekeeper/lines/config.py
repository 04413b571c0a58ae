"""
The configuration of who may watch the calls of others, and pick them up: the C{[lines]} section.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from h323d.values.live import Live

__all__ = ["LineGroup", "LinesConfig", "Watching"]


class Watching(enum.Enum):
    """
    Who may see whether somebody is in a call.
    """

    GROUP = "group"
    REGISTERED = "registered"


@dataclass(frozen=True, slots=True)
class LineGroup:
    """
    Who sits together.
    """

    members: tuple[str, ...] = ()
    """The names or numbers that they are registered by, as in C{["1001", "anna"]}."""

    def __post_init__(self) -> None:
        if len(self.members) < 2 or "" in self.members:
            raise ValueError("members: a group has two at least, each with a name")


@dataclass(frozen=True, slots=True)
class LinesConfig:
    """
    Who may watch the calls of others (busy lamps), and pick them up.
    """

    watching: Live[Watching] = Watching.REGISTERED
    """Who may see whether somebody is in a call: whoever shares a group with them (group), or
    everybody who is registered here, or a user (registered).  With whom they are, and by which a
    call could be picked up, only their group is told, and who has the same name."""

    groups: Live[tuple[LineGroup, ...]] = ()
    """Who may pick up each other's calls while they ring."""
