"""
The keeper's program: its arguments and its signals (L{h323d.keeper.keeper}).
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
from collections.abc import Sequence

from h323d.keeper.children import Children, Memory
from h323d.keeper.keeper import GRACE, Keeper
from h323d.keeper.store import Store, takeStored

__all__ = ["main"]

_SIGNALS = (signal.SIGCHLD, signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def main(arguments: Sequence[str] | None = None) -> int:
    """
    @param arguments: instead of those of the process.

    @return: the status: 0 if it was told to end, and that of the server if that did not begin.
    """
    options = _parser().parse_args(arguments)
    environment = dict(os.environ)
    store = Store(environment)
    stored = takeStored(environment)
    children = Children(Memory())
    children.adopt()
    keeper = Keeper(
        [options.program, *options.arguments],
        environment,
        children,
        _signals(),
        stored,
        store,
        _say,
        options.grace,
    )
    return keeper.run()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="h323d-keeper",
        usage="%(prog)s [--grace SECONDS] [--] PROGRAM [ARGUMENT ...]",
        description="Begin a server, listen for it, and hand on what is accepted to whoever leads.",
    )
    parser.add_argument(
        "--grace",
        type=float,
        metavar="SECONDS",
        default=GRACE,
        help="how long everybody may take to end, when we are told to (%(default)g)",
    )
    parser.add_argument("program", metavar="PROGRAM", help="begins a server in the foreground")
    parser.add_argument("arguments", metavar="ARGUMENT", nargs=argparse.REMAINDER, help="of it")
    return parser


def _signals() -> socket.socket:
    """
    @return: from which the number of each signal can be read that we are sent.
    """
    read, written = socket.socketpair()
    for end in (read, written):
        end.setblocking(False)
    signal.set_wakeup_fd(written.detach())
    for each in _SIGNALS:
        signal.signal(each, _noted)
    return read


def _noted(number: int, frame: object) -> None:
    """
    Its number is on its way.
    """


def _say(text: str) -> None:
    print(f"h323d-keeper: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
