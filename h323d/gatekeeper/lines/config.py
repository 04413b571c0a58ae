"""
The configuration of what those who are registered may see and have of each other beside calls: the
C{[lines]} section.
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
    What those who are registered here may see of each other's calls (busy lamps), who may pick them
    up, and the text messages that they send each other.
    """

    watching: Live[Watching] = Watching.REGISTERED
    """Who may see whether somebody is in a call: whoever shares a group with them (group), or
    everybody who is registered here, or a user (registered).  With whom they are, and by which a
    call could be picked up, only their group is told, and who has the same name."""

    groups: Live[tuple[LineGroup, ...]] = ()
    """Who may pick up each other's calls while they ring."""

    messages: Live[bool] = True
    """Whether text messages (MESSAGE) of who is registered here are passed on to the telephones of
    others who are."""

    messageRate: Live[float] = 2.0
    """How many of them each second one address may send in the long run; 0 sets no limit."""

    messageBurst: Live[int] = 20
    """How many it may send at once."""

    def __post_init__(self) -> None:
        if self.messageRate < 0:
            raise ValueError("messageRate: must not be negative")
        if self.messageBurst < 1:
            raise ValueError("messageBurst: must be at least 1")
