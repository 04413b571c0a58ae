"""
What systemd is told, and what it keeps for us (sd_notify(3), sd_listen_fds(3)).

Descriptors that it keeps come back to the process that it begins when this one has died.  Where
there is no systemd, nothing is told or kept.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping, MutableMapping

__all__ = ["FIRST", "Store", "takeStored"]

FIRST = 3  # SD_LISTEN_FDS_START
_NOTIFY = "NOTIFY_SOCKET"
_GIVEN = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")
_NAME = re.compile(r"[!-9;-~]{1,255}")  # printable, and no colon


class Store:
    """
    Tells it.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        """
        @param environment: of the process.
        """
        address = environment.get(_NOTIFY, "")
        # A name in the abstract namespace is written with an at-sign.
        self._address = "\0" + address[1:] if address.startswith("@") else address

    def ready(self) -> None:
        """
        The service has begun.
        """
        self._notify("READY=1")

    def stopping(self) -> None:
        """
        It is about to end.
        """
        self._notify("STOPPING=1")

    def status(self, text: str) -> None:
        """
        Have people who ask see a line of text.
        """
        self._notify("STATUS=" + text.replace("\n", " "))

    def keep(self, name: str, descriptor: int) -> None:
        """
        Have a duplicate of a descriptor kept until it is forgotten, whatever becomes of it.

        @param name: by which it comes back.
        """
        assert _NAME.fullmatch(name)
        self._notify(f"FDSTORE=1\nFDNAME={name}\nFDPOLL=0", descriptor)

    def forget(self, name: str) -> None:
        """
        Have what is kept under a name closed.
        """
        self._notify(f"FDSTOREREMOVE=1\nFDNAME={name}")

    def _notify(self, text: str, *descriptors: int) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            try:
                sender.connect(self._address)
                socket.send_fds(sender, [text.encode()], descriptors)
            except OSError:  # it will notice that it was not told, if it is still there
                return


def takeStored(environment: MutableMapping[str, str]) -> dict[str, int]:
    """
    Find what a process before this one has had kept.

    @param environment: of the process, from which it is removed, so that no child takes it for its
        own.

    @return: descriptors, which no child inherits, by their names.
    """
    pid, count, names = (environment.pop(each, "") for each in _GIVEN)
    environment.pop(_NOTIFY, None)
    if pid != str(os.getpid()) or not count.isdigit():
        return {}
    descriptors = range(FIRST, FIRST + int(count))
    for each in descriptors:
        os.set_inheritable(each, False)
    return dict(zip(names.split(":"), descriptors, strict=False))
