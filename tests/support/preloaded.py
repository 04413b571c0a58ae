"""
Processes of our own programs that find the package loaded already.

Where twenty servers start one after the other, nearly all that they do is to import.  So one process
imports what they have in common, and forks: each begins with the installed script, in a session of its
own, as if it had been started by its name.  The reactor is not among what is loaded before: each makes
its own.
"""

from __future__ import annotations

import gc
import json
import math
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

__all__ = ["PreloadedChild"]

COMMON = ("h323d.cli.call", "h323d.net.http", "h323d.server.server", "twisted.scripts.twistd")
LONGEST = 1 << 17  # octets of a message
LOOK = 0.02  # seconds between two looks whether a child has ended

Message = dict[str, Any]  # as JSON has it


class PreloadedChild:
    """
    One such process, with what C{subprocess.Popen} has of methods.
    """

    def __init__(self, command: Sequence[str], directory: Path, log: Path) -> None:
        """
        @param command: a Python script of this environment, and its arguments.
        @param log: where its output goes.
        """
        self._parent = _parent()
        self.pid = self._parent.begin(list(command), directory, log)

    def poll(self) -> int | None:
        return self._parent.status(self.pid)

    def wait(self, timeout: float = math.inf) -> int:
        deadline = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            time.sleep(LOOK)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class _Parent:
    """
    The process that forks, as seen from the tests.  It ends with them.
    """

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        # Not by C{-m}, nor from here: what is installed is to be found, not the checkout.
        self._process = subprocess.Popen([sys.executable, "-P", __file__], stdin=theirs.fileno())
        theirs.close()
        self._statuses: dict[int, int] = {}
        self._lock = threading.Lock()

    def begin(self, command: list[str], directory: Path, log: Path) -> int:
        wanted = {
            "command": command,
            "directory": str(directory),
            "log": str(log),
            "environment": dict(os.environ),
        }
        with self._lock:
            self._socket.send(json.dumps(wanted).encode())
            while "status" in (message := self._receive()):
                self._note(message)
        return int(message["pid"])

    def status(self, pid: int) -> int | None:
        with self._lock:
            while select.select([self._socket], [], [], 0)[0]:
                self._note(self._receive())
        return self._statuses.get(pid)

    def _note(self, message: Message) -> None:
        self._statuses[message["pid"]] = message["status"]

    def _receive(self) -> Message:
        octets = self._socket.recv(LONGEST)
        if not octets:
            raise AssertionError("the process that forks the others has ended")
        message: Message = json.loads(octets)
        return message


@cache
def _parent() -> _Parent:
    return _Parent()


# The process that forks.


def _serve(asked: socket.socket) -> Message | None:
    """
    Fork as often as it is asked for, and tell how children end.

    @return: in the parent, nothing: nobody is going to ask any more.  In a child, what it is to do.
    """
    woken, wakes = socket.socketpair()
    wakes.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakes.fileno())
    children = 0
    while True:
        ready, _, _ = select.select([asked, woken], [], [])
        if woken in ready:
            woken.recv(LONGEST)
            while children and (ended := os.waitpid(-1, os.WNOHANG))[0]:
                children -= 1
                status = os.waitstatus_to_exitcode(ended[1])
                asked.send(json.dumps({"pid": ended[0], "status": status}).encode())
        if asked in ready:
            octets = asked.recv(LONGEST)
            if not octets:
                return None
            pid = os.fork()
            if not pid:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for each in (woken, wakes):
                    each.close()
                wanted: Message = json.loads(octets)
                return wanted
            children += 1
            asked.send(json.dumps({"pid": pid}).encode())


def _become(wanted: Message) -> None:
    """
    Do what a shell does before it runs a program, and run it.
    """
    os.setsid()
    os.chdir(wanted["directory"])
    os.environ.clear()
    os.environ.update(wanted["environment"])
    log = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    for source in (nothing, log):
        os.close(source)
    sys.argv = wanted["command"]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    for _each in COMMON:
        import_module(_each)
    if "twisted.internet.reactor" in sys.modules:
        raise SystemExit("a reactor that was made already would be everybody's")
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=os.dup(0)) as _asked:
        _wanted = _serve(_asked)
    if _wanted is not None:
        _become(_wanted)
