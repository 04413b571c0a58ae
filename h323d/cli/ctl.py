"""
C{h323ctl}: ask a running server, check a configuration, decode a packet, hash a password.

The first kind talks to the server's UNIX socket; the others need no server.
Answers for people are tables; C{--json} gives the values as they are.

A question is answered at once: what takes long to load - Twisted, numpy, the codecs - is
only loaded by the commands that need it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence

from h323d import __version__
from h323d.cli.table import Table, listing
from h323d.control.client import CommandFailed, ask
from h323d.control.config import ControlConfig
from h323d.control.paths import socketPath
from h323d.errors import ConfigurationError, DecodeError
from h323d.operation.commands import COMMANDS, Command, OperatorError

__all__ = ["KINDS", "main"]

KINDS = ("h225", "h245", "ras", "sip")


def main(arguments: Sequence[str] | None = None) -> int:
    """
    @return: the exit status: 0, or 1 with a reason on standard error, or 2
        for unusable options.
    """
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except (CommandFailed, OperatorError, ConfigurationError, DecodeError) as error:
        print(*(f"h323ctl: {line}" for line in str(error).splitlines()), sep="\n", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="h323ctl",
        description="See and steer an h323d server.",
        epilog="The options may stand before the command or after it.",
    )
    parser.add_argument("--version", action="version", version=f"h323ctl {__version__}")
    parser.set_defaults(socket=None, config=None, json=False, wide=False)
    _addCommon(parser)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        _addCommand(commands.add_parser(command.name, help=command.help), command)
    _addConfig(commands.add_parser("config", help="check a configuration, or print the sample"))
    _addHash(commands.add_parser("hash", help="make a user's entry of a password, for SIP"))
    _addDecode(commands.add_parser("decode", help="decode messages; needs no server"))
    return parser


def _addCommon(parser: argparse.ArgumentParser) -> None:
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


def _addCommand(parser: argparse.ArgumentParser, command: Command) -> None:
    _addCommon(parser)
    for argument in command.arguments:
        parser.add_argument(
            argument.name,
            metavar=None if argument.choices else argument.label,
            help=argument.help,
            nargs="?" if argument.optional else None,
            choices=argument.choices or None,
        )
    parser.set_defaults(run=_ask, command=command)


def _addConfig(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    check = actions.add_parser("check", help="tell all that is wrong with a file")
    check.add_argument("file", metavar="FILE")
    check.set_defaults(run=_check)
    actions.add_parser("sample", help="print every key with its default").set_defaults(run=_sample)


def _addHash(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--realm",
        help="what the password is for; otherwise that of the configuration, or the default",
    )
    parser.add_argument(
        "--config", metavar="FILE", default=argparse.SUPPRESS, help="the configuration"
    )
    parser.add_argument("user", metavar="USER", help="the name that goes with it")
    parser.set_defaults(run=_hash)


def _addDecode(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kind", choices=KINDS, help="what it is, or what is wanted of a capture; else guessed"
    )
    parser.add_argument(
        "--reencode", action="store_true", help="also print the octets that we would send for it"
    )
    parser.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS,
        help="print the messages of a capture as a list",
    )
    parser.add_argument(
        "what",
        metavar="WHAT",
        nargs="+",
        help="octets in hexadecimal, or a file with them or a capture; - reads standard input",
    )
    parser.set_defaults(run=_decode)


def _ask(options: argparse.Namespace) -> None:
    command: Command = options.command
    given = [getattr(options, each.name) for each in command.arguments]
    arguments = [each for each in given if each is not None]
    command.read(command.named(arguments))  # it complains before a server is asked
    result = ask(_socketOf(options), command.name, *arguments)
    width = None if options.wide else _width()
    if options.json:
        print(json.dumps(result, indent=2))
    elif isinstance(result, list):
        table = Table(result, command.columns, width)
        print(table)
        if table.hidden:
            print(f"h323ctl: {table.hidden} more columns with --wide", file=sys.stderr)
    else:
        print(listing(result, width))


def _socketOf(options: argparse.Namespace) -> str:
    if options.socket:
        return str(options.socket)
    if not options.config:
        return str(socketPath(ControlConfig()))
    from h323d.config.reading import load

    return str(socketPath(load(options.config).control))


def _width() -> int | None:
    """
    The terminal's width; C{None} for what is no terminal: a file, or another program.
    """
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _check(options: argparse.Namespace) -> None:
    from h323d.cli.check import check  # only now, as above

    check(options.file)
    print(f"{options.file}: good")


def _sample(options: argparse.Namespace) -> None:
    from h323d.config.sample import sample

    print(sample(), end="")


def _hash(options: argparse.Namespace) -> None:
    from h323d.cli.hashing import entryOf, readPassword  # only now, as above

    print(entryOf(options.user, readPassword(), options.realm, options.config), end="")


def _decode(options: argparse.Namespace) -> None:
    from h323d.cli.decoding.command import decode  # only now: the codecs take a second to load

    decode(options.what, options.kind, options.reencode, options.json)


if __name__ == "__main__":
    sys.exit(main())
