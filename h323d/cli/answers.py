"""
What the commands of C{h323ctl} have in common: some options, and how an answer is shown.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from typing import Any

from h323d.cli.table import Table, listing
from h323d.operation.command import Column

__all__ = ["addCommon", "show", "width"]


def addCommon(parser: argparse.ArgumentParser) -> None:
    """
    The options of every command.  They have no default here: a command's would hide what
    stands before it.
    """
    none = argparse.SUPPRESS
    parser.add_argument(
        "--socket", metavar="PATH", default=none, help="the server's control socket"
    )
    parser.add_argument(
        "--config", metavar="FILE", default=none, help="the configuration that names the socket"
    )
    parser.add_argument("--json", action="store_true", default=none, help="print values, no tables")
    parser.add_argument(
        "--wide", action="store_true", default=none, help="cut nothing and leave nothing out"
    )


def show(
    options: argparse.Namespace, result: Any, columns: Sequence[Column] = ()
) -> None:  # Any: as JSON has it
    """
    Print an answer: as JSON where that is wanted, else rows as a table, or a line for each key.
    """
    room = None if options.wide else width()
    if options.json:
        print(json.dumps(result, indent=2))
    elif isinstance(result, list):
        table = Table(result, columns, room)
        print(table)
        if table.hidden:
            print(f"h323ctl: {table.hidden} more columns with --wide", file=sys.stderr)
    else:
        print(listing(result, room))


def width() -> int | None:
    """
    The terminal's width; C{None} for what is no terminal: a file, or another program.
    """
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
