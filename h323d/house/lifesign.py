"""
Whether a protected server ended well the last time, or died while nobody followed: then there was
nobody to say so, and whoever begins next does.

A file says that somebody serves.  Whoever takes over leaves it as it is; whoever begins and finds
it knows that all who served are dead.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from twisted.logger import Logger

__all__ = ["LifeSign"]

_DIED = (
    "the server has died while nobody followed, and with it its calls; {deaths} times so far, as"
    " {path} has it"
)
_CANNOT = "it cannot be kept in {path} whether anybody serves: {reason}"


class LifeSign:
    """
    @ivar deaths: how often a server died while nobody followed.
    """

    _log = Logger()

    def __init__(self, path: Path) -> None:
        self._path = path
        self.deaths = 0

    def begin(self) -> None:
        """
        Somebody serves from now on.
        """
        wasServing, self.deaths = self._found()
        if wasServing:
            self.deaths += 1
            self._log.error(_DIED, deaths=self.deaths, path=self._path)
        self._write(isServing=True)

    def end(self) -> None:
        """
        Nobody does any more, and that is well.
        """
        self._write(isServing=False)

    def _found(self) -> tuple[bool, int]:
        """
        Whether somebody was serving, and how many died before.
        """
        try:
            match json.loads(self._path.read_bytes()):
                case {"serving": bool(isServing), "deaths": int(deaths)}:
                    return isServing, deaths
        except FileNotFoundError:
            return False, 0
        except (OSError, ValueError):
            pass  # whatever it is, it is written anew
        return True, 0

    def _write(self, isServing: bool) -> None:
        new = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            new.write_text(json.dumps({"serving": isServing, "deaths": self.deaths}))
            os.replace(new, self._path)
        except OSError as error:
            self._log.error(_CANNOT, path=self._path, reason=error.strerror)
