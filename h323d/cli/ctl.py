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
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from h323d import __version__
from h323d.cli import flight
from h323d.cli.councils import addActions, changes, wordsOf
from h323d.cli.table import Table, listing
from h323d.control.client import CommandFailed, ask, follow
from h323d.control.config import ControlConfig
from h323d.control.paths import socketPath
from h323d.errors import ConfigurationError, DecodeError
from h323d.operation.command import Column, Command, OperatorError
from h323d.operation.commands import COMMANDS
from h323d.operation.healthstate import HealthState

__all__ = ["KINDS", "main"]

KINDS = ("h225", "h245", "ras", "sip")

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
    _addCommon(parser)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    asking = {each.name: commands.add_parser(each.name, help=each.help) for each in COMMANDS}
    for command in COMMANDS:
        if command.name == "council":
            addActions(asking[command.name], _addCommon)
            asking[command.name].set_defaults(run=_council, command=command)
        elif command.name == "ha":
            flight.addActions(asking[command.name], _addCommon)
            asking[command.name].set_defaults(run=_protection, command=command)
        else:
            _addCommand(asking[command.name], command)
    asking["health"].set_defaults(run=_health)
    _addTrace(asking["trace"])
    asking["follow"].set_defaults(run=_follow)
    _addExport(commands.add_parser("export", help="print what a server has kept, as text"))
    _addBundle(commands.add_parser("bundle", help="archive what there is to know, without secrets"))
    _addConfig(commands.add_parser("config", help="check a configuration, or print the sample"))
    _addHash(commands.add_parser("hash", help="make an entry of a password, or of a PIN"))
    _addGuard(commands.add_parser("guard", help="make keys, and look after the registry"))
    _addExplain(commands.add_parser("explain", help="tell what a refusal means, and what to do"))
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


def _addTrace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--pcap", metavar="FILE", help="write the messages there, for Wireshark, and print nothing"
    )
    parser.add_argument(
        "--follow", action="store_true", help="go on as messages come, until the call is over"
    )
    parser.set_defaults(run=_trace)


def _addExport(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(required=True, metavar="WHAT")
    logs = kinds.add_parser("sip-logs", help="the SIP messages of all calls, or of some")
    _addCommon(logs)
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
    _addCommon(parser)
    parser.add_argument("file", metavar="FILE", type=Path, help="a new one: support.tar.gz")
    parser.add_argument("--log", metavar="FILE", type=Path, help="the server's log: its end")
    parser.add_argument("--call", metavar="CALL", help="whose ladder is to be in it, too")
    parser.set_defaults(run=_bundle)


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
    kind = parser.add_mutually_exclusive_group(required=True)
    kind.add_argument("user", metavar="USER", nargs="?", help="the name that goes with it")
    kind.add_argument("--pin", action="store_true", help="hash the PIN of a room instead")
    parser.set_defaults(run=_hash)


def _addGuard(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    told = {
        "keygen": "write a new private key to a file, and print the public one",
        "add": "add an entry",
        "list": "show all entries",
        "suspend": "let a guardian do nothing for now",
        "revoke": "let a guardian do nothing any more",
        "check": "tell all that is wrong with a registry",
    }
    for name, what in told.items():
        action = actions.add_parser(name, help=what)
        _addCommon(action)
        action.add_argument("file", metavar="FILE" if name == "keygen" else "REGISTRY")
        if name in ("add", "suspend", "revoke"):
            action.add_argument("terminal_id", metavar="TERMINAL_ID")
        if name == "add":
            action.add_argument(
                "fields", metavar="FIELD=VALUE", nargs="*", help="again, for a list"
            )
    parser.set_defaults(run=_guard)
    replay = actions.add_parser(
        "replay", help="tell which decisions of a log would be others, had a policy been in force"
    )
    _addCommon(replay)
    replay.add_argument("log", metavar="LOG", type=Path, help="the directory of a witness's log")
    replay.add_argument("policy", metavar="POLICY", help="the name of an entry point")
    replay.set_defaults(run=_replay)


def _addExplain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "reason",
        metavar="REASON",
        help="a word of the record, as roomFull; a cause, a status of SIP, a reason of RAS",
    )
    parser.set_defaults(run=_explain)


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
    given = [getattr(options, each.name) for each in options.command.arguments]
    _askFor(options, [each for each in given if each is not None])


def _health(options: argparse.Namespace) -> int:
    try:
        health = ask(_socketOf(options), options.command.name)
    except CommandFailed as error:  # as a server that nobody can ask is down
        print(f"h323ctl: {error}", file=sys.stderr)
        return _STATES[HealthState.DOWN]
    _show(options, health)
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
        _show(options, recorded.ask(options.ask))
        return
    if not recorded.isWhole:
        print("h323ctl: its beginning is not kept: it is read, and not done", file=sys.stderr)
    for step in recorded.steps():
        for line in flight.linesOf(step, options.json, options.wide):
            print(line)


def _askFor(options: argparse.Namespace, arguments: Sequence[str]) -> None:
    command: Command = options.command
    command.read(command.named(arguments))  # it complains before a server is asked
    _show(options, ask(_socketOf(options), command.name, *arguments), command.columns)


def _show(
    options: argparse.Namespace, result: Any, columns: Sequence[Column] = ()
) -> None:  # Any: as JSON has it
    width = None if options.wide else _width()
    if options.json:
        print(json.dumps(result, indent=2))
    elif isinstance(result, list):
        table = Table(result, columns, width)
        print(table)
        if table.hidden:
            print(f"h323ctl: {table.hidden} more columns with --wide", file=sys.stderr)
    else:
        print(listing(result, width))


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


def _width() -> int | None:
    """
    The terminal's width; C{None} for what is no terminal: a file, or another program.
    """
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _bundle(options: argparse.Namespace) -> None:
    from h323d.cli.bundle import bundle  # only now, as above

    told = [options.config, options.log, options.call]
    for missing in bundle(_socketOf(options), int(time.time()), options.file, *told):
        print(f"h323ctl: it lacks {missing}", file=sys.stderr)
    print(f"{options.file}: tells who called whom; look into it before you send it")


def _check(options: argparse.Namespace) -> None:
    from h323d.cli.check import check  # only now, as above

    check(options.file)
    print(f"{options.file}: good")


def _sample(options: argparse.Namespace) -> None:
    from h323d.config.sample import sample

    print(sample(), end="")


def _hash(options: argparse.Namespace) -> None:
    from h323d.cli.hashing import entryOf, pinEntry, readPassword  # only now, as above

    if options.pin:
        print(pinEntry(readPassword("PIN")), end="")
        return
    print(entryOf(options.user, readPassword(), options.realm, options.config), end="")


def _guard(options: argparse.Namespace) -> None:
    from h323d.cli.guarding import run  # only now, as above

    done = run(options)
    if isinstance(done, str):
        print(done)
    elif options.json:
        print(json.dumps(done, indent=2))
    else:
        columns = [Column(name, text=True) for name in (done[0] if done else ())]
        print(Table(done, columns, None if options.wide else _width()))


def _replay(options: argparse.Namespace) -> None:
    from h323d.cli.replaying import replay  # only now, as above

    done = replay(options.log, options.policy)
    if options.json:
        print(json.dumps(done.told(), indent=2))
        return
    if done.changes:
        columns = [Column(name, text=True) for name in done.changes[0]]
        print(Table(done.changes, columns, None if options.wide else _width()))
    print(done)


def _explain(options: argparse.Namespace) -> None:
    from h323d.cli.explaining import explain  # only now, as above

    print(explain(options.reason))


def _decode(options: argparse.Namespace) -> None:
    from h323d.cli.decoding.command import decode  # only now: the codecs take a second to load

    decode(options.what, options.kind, options.reencode, options.json)


if __name__ == "__main__":
    sys.exit(main())
