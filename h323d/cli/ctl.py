"""
C{h323ctl}: ask a running server, check a configuration, decode a packet, hash a password or a PIN.

The first kind talks to the server's UNIX socket; the others need no server.
Answers for people are tables; C{--json} gives the values as they are.

A question is answered at once: what takes long to load - Twisted, numpy, the codecs - is
only loaded by the commands that need it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from h323d import __version__
from h323d.cli import flight
from h323d.cli.answers import addCommon, show
from h323d.cli.councils import addActions, changes, wordsOf
from h323d.cli.local import addLocal
from h323d.control.client import CommandFailed, ask, follow
from h323d.control.config import ControlConfig
from h323d.control.paths import socketPath
from h323d.errors import ConfigurationError, DecodeError
from h323d.operation.command import Command, OperatorError
from h323d.operation.commands import COMMANDS
from h323d.operation.healthstate import HealthState

__all__ = ["main"]

_STATES = {HealthState.OK: 0, HealthState.DEGRADED: 1, HealthState.DOWN: 2}
"""The exit statuses of C{health}."""


def main(arguments: Sequence[str] | None = None) -> int:
    """
    @return: the exit status: 0, or 1 with a reason on standard error, or 2
        for unusable options; that of C{health} says how the server is.
    """
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
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
    addCommon(parser)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    asking = {each.name: commands.add_parser(each.name, help=each.help) for each in COMMANDS}
    for command in COMMANDS:
        if command.name == "council":
            addActions(asking[command.name], addCommon)
            asking[command.name].set_defaults(run=_council, command=command)
        elif command.name == "ha":
            flight.addActions(asking[command.name], addCommon)
            asking[command.name].set_defaults(run=_protection, command=command)
        else:
            _addCommand(asking[command.name], command)
    asking["health"].set_defaults(run=_health)
    _addTrace(asking["trace"])
    asking["follow"].set_defaults(run=_follow)
    _addTop(commands.add_parser("top", help="whose sound is good, the worst first, live"))
    _addExport(commands.add_parser("export", help="print what a server has kept, as text"))
    _addBundle(commands.add_parser("bundle", help="archive what there is to know, without secrets"))
    addLocal(commands)
    return parser


def _addCommand(parser: argparse.ArgumentParser, command: Command) -> None:
    addCommon(parser)
    for argument in command.arguments:
        parser.add_argument(
            argument.name,
            metavar=None if argument.choices else argument.label,
            help=argument.help,
            nargs="?" if argument.optional else None,
            choices=argument.choices or None,
        )
    parser.set_defaults(run=_ask, command=command)


def _addTrace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--pcap", metavar="FILE", help="write the messages there, for Wireshark, and print nothing"
    )
    parser.add_argument(
        "--follow", action="store_true", help="go on as messages come, until the call is over"
    )
    parser.set_defaults(run=_trace)


def _addTop(parser: argparse.ArgumentParser) -> None:
    addCommon(parser)
    parser.add_argument("room", metavar="ROOM", nargs="?", help="one room; otherwise all calls")
    parser.set_defaults(run=_top)


def _addExport(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(required=True, metavar="WHAT")
    logs = kinds.add_parser("sip-logs", help="the SIP messages of all calls, or of some")
    addCommon(logs)
    logs.add_argument(
        "--since", metavar="WHEN", help="how long ago, as in 10m, or a time: 2026-12-01T08:00"
    )
    logs.add_argument(
        "--call", metavar="CALL|ADDRESS", default="-", help="one call, or one peer's address"
    )
    logs.add_argument(
        "--limit", metavar="N", type=int, default=10000, help="of the last messages; 10000"
    )
    logs.set_defaults(run=_exportSIP)


def _addBundle(parser: argparse.ArgumentParser) -> None:
    addCommon(parser)
    parser.add_argument("file", metavar="FILE", type=Path, help="a new one: support.tar.gz")
    parser.add_argument("--log", metavar="FILE", type=Path, help="the server's log: its end")
    parser.add_argument("--call", metavar="CALL", help="whose ladder is to be in it, too")
    parser.set_defaults(run=_bundle)


def _ask(options: argparse.Namespace) -> None:
    given = [getattr(options, each.name) for each in options.command.arguments]
    _askFor(options, [each for each in given if each is not None])


def _health(options: argparse.Namespace) -> int:
    try:
        health = ask(_socketOf(options), options.command.name)
    except CommandFailed as error:  # as a server that nobody can ask is down
        print(f"h323ctl: {error}", file=sys.stderr)
        return _STATES[HealthState.DOWN]
    show(options, health)
    return _STATES[HealthState(health["state"])]


def _council(options: argparse.Namespace) -> None:
    words = wordsOf(options)
    if not options.follow:
        _askFor(options, words)
        return
    path = _socketOf(options)
    with suppress(KeyboardInterrupt):
        for line in changes(partial(ask, path, options.command.name, *words), options.json):
            print(line, flush=True)


def _protection(options: argparse.Namespace) -> None:
    if options.action != "replay":
        _ask(options)
        return
    recorded = flight.Flight(options.file, options.until)
    if options.ask:
        show(options, recorded.ask(options.ask))
        return
    if not recorded.isWhole:
        print("h323ctl: its beginning is not kept: it is read, and not done", file=sys.stderr)
    for step in recorded.steps():
        for line in flight.linesOf(step, options.json, options.wide):
            print(line)


def _askFor(options: argparse.Namespace, arguments: Sequence[str]) -> None:
    command: Command = options.command
    command.read(command.named(arguments))  # it complains before a server is asked
    show(options, ask(_socketOf(options), command.name, *arguments), command.columns)


def _trace(options: argparse.Namespace) -> None:
    if options.follow:
        options.form = "ladder" if options.pcap is None else "octets"
        _follow(options)
        return
    if options.pcap is None:
        _ask(options)
        return
    from h323d.cli.tracing.pcap import captureOf  # only now, as above

    limit = [] if options.limit is None else [options.limit]
    rows = ask(_socketOf(options), "wire", options.name, *limit)
    try:
        Path(options.pcap).write_bytes(captureOf(rows))
    except OSError as error:
        raise CommandFailed(f"{options.pcap}: {error.strerror}") from error


def _follow(options: argparse.Namespace) -> None:
    from h323d.cli.tracing.live import capture, showLines, showRows  # only now, as above

    words = [options.name, options.form or "ladder", options.limit or "1000"]
    parts = follow(_socketOf(options), "follow", *words)
    with suppress(KeyboardInterrupt):
        if getattr(options, "pcap", None) is not None:
            capture(parts, Path(options.pcap))
        elif options.json or words[1] == "octets":
            showLines(parts)
        else:
            showRows(parts)


def _top(options: argparse.Namespace) -> None:
    from h323d.cli.top import top  # only now, as above

    asking = partial(ask, _socketOf(options))
    top(asking, options.room, options.json, options.wide, sys.stdout, time.sleep)


def _exportSIP(options: argparse.Namespace) -> None:
    from h323d.cli.tracing.siplog import logOf, since  # only now, as above

    first = 0.0 if options.since is None else since(options.since, time.time())
    rows = ask(_socketOf(options), "wire", options.call, str(options.limit), "SIP")
    sip = [row for row in rows if row["at"] >= first]
    print(json.dumps(sip, indent=2) if options.json else logOf(sip), end="")


def _socketOf(options: argparse.Namespace) -> str:
    if options.socket:
        return str(options.socket)
    if not options.config:
        return str(socketPath(ControlConfig()))
    from h323d.config.reading import load

    return str(socketPath(load(options.config).control))


def _bundle(options: argparse.Namespace) -> None:
    from h323d.cli.bundle import bundle  # only now, as above

    told = [options.config, options.log, options.call]
    for missing in bundle(_socketOf(options), int(time.time()), options.file, *told):
        print(f"h323ctl: it lacks {missing}", file=sys.stderr)
    print(f"{options.file}: tells who called whom; look into it before you send it")


if __name__ == "__main__":
    sys.exit(main())
