"""
What telephones can do in a room, by their keys.

The keys are for the room alone: nobody else is sent them.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from twisted.internet.interfaces import IReactorTime

from h323d.values.identifiers import LegID

__all__ = ["DEFAULT_MENU", "PAUSE", "MenuAction", "MenuKeys", "actionsOf"]

PAUSE = 3.0  # seconds after which a key begins anew

_ENTRY = re.compile(r"([0-9*#]{1,4}) +(\w+)")


class MenuAction(enum.Enum):
    """
    One of them; its value is its name in the configuration.
    """

    MUTE = "mute"
    """Be heard by the others no more, or again."""

    COUNT = "count"
    """Hear how many are there."""

    LOCK = "lock"
    """Let nobody in any more, or again."""

    MUTE_ALL = "muteAll"
    """Have nobody heard but moderators, or everybody again."""

    KICK_LAST = "kickLast"
    """Put out who came last, and is no moderator."""

    @property
    def isModerators(self) -> bool:
        """
        Whether only moderators may.
        """
        return self not in (MenuAction.MUTE, MenuAction.COUNT)


DEFAULT_MENU = ("*1 mute", "*6 mute", "*9 count", "*2 lock", "*5 muteAll", "*3 kickLast")


def actionsOf(entries: Iterable[str]) -> dict[str, MenuAction]:
    """
    A menu by its keys.

    @param entries: each a few keys, a space, and the name of an action.

    @raise ValueError: one is none, or is never reached as another begins so.
    """
    actions: dict[str, MenuAction] = {}
    names = {action.value: action for action in MenuAction}
    for entry in entries:
        parts = _ENTRY.fullmatch(entry)
        if parts is None or parts[2] not in names:
            known = ", ".join(names)
            raise ValueError(f"{entry!r} is not a few of 0-9, * and #, and then one of {known}")
        for other in actions:
            if other.startswith(parts[1]) or parts[1].startswith(other):
                raise ValueError(f"{parts[1]} and {other} begin alike")
        actions[parts[1]] = names[parts[2]]
    return actions


@dataclass(slots=True)
class _Begun:
    keys: str
    at: float


class MenuKeys:
    """
    Puts together what each participant of a room presses.
    """

    def __init__(self, actions: Mapping[str, MenuAction], clock: IReactorTime) -> None:
        self._actions = actions
        self._clock = clock
        self._begun: dict[LegID, _Begun] = {}

    def press(self, legId: LegID, key: str) -> MenuAction | None:
        """
        @return: what a participant wants who has pressed this now; C{None} if that is nothing, or
            there is more to come.
        """
        begun, now = self._begun.pop(legId, None), self._clock.seconds()
        before = begun.keys if begun is not None and now - begun.at < PAUSE else ""
        for keys in (before + key, key):
            if keys in self._actions:
                return self._actions[keys]
            if any(each.startswith(keys) for each in self._actions):
                self._begun[legId] = _Begun(keys, now)
                return None
        return None

    def forget(self, legId: LegID) -> None:
        """
        A participant is gone.
        """
        self._begun.pop(legId, None)
