"""
The program: its arguments, and its status, which is 0 where all is well, 1 where a log is not what
it should be, and 2 where that cannot be found out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from h323d.cli.witness.deciding import addDecisions
from h323d.cli.witness.logs import reasonOf
from h323d.cli.witness.proving import addCheck, addConsistency, addExport, addProve, addShow
from h323d.cli.witness.serving import addServe
from h323d.cli.witness.signing import addCosign, addErase, addKeygen
from h323d.cli.witness.verifying import addVerify
from h323d.errors import ConfigurationError, DecodeError

__all__ = ["main"]

CANNOT = 2

_COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "verify": ("tell whether a log is what its server has signed", addVerify),
    "decisions": ("tell whether each decision follows from what was known", addDecisions),
    "show": ("print a record, and what can be opened of it", addShow),
    "prove": ("print a proof that a record is in a log", addProve),
    "check": ("check such a proof; needs no log", addCheck),
    "consistency": ("prove that a log begins with all that it had before", addConsistency),
    "export": ("write a log as tiles, for a web server", addExport),
    "cosign": ("sign that a log has gone on as it should", addCosign),
    "serve": ("cosign the heads that logs hand in, as a web server", addServe),
    "erase": ("erase what opens seals, for good", addErase),
    "keygen": ("make a key", addKeygen),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """
    @param arguments: instead of those of the process.

    @return: the status.
    """
    parser = argparse.ArgumentParser(
        prog="h323d-witness", description="Verify the log of a server, and prove what is in it."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (told, add) in _COMMANDS.items():
        add(commands.add_parser(name, help=told, description=told))
    options = parser.parse_args(arguments)
    try:
        status: int = options.run(options)
    except BrokenPipeError:  # whoever read it wants no more
        return CANNOT
    except OSError as error:
        place = "" if error.filename is None else f"{error.filename}: "
        return _cannot(place + reasonOf(error))
    except (ConfigurationError, DecodeError) as error:
        return _cannot(str(error))
    return status


def _cannot(reason: str) -> int:
    print(f"h323d-witness: {reason}", file=sys.stderr)
    return CANNOT
