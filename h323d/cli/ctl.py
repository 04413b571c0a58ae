"""
C{h323ctl}: ask a running server, check a configuration, decode a packet.

The first kind talks to the server's UNIX socket; the others need no server.
Answers for people are tables; C{--json} gives the values as they are.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
from collections.abc import Sequence
from typing import Any

from h323d import __version__
from h323d.config import Configuration, PluginConfig, load, sample
from h323d.control.commands import COMMANDS, Command
from h323d.control.paths import socketPath
from h323d.errors import ConfigurationError, DecodeError
from h323d.gatekeeper.routing.config import BUILT_IN_POLICIES
from h323d.plugins import CALLED, CODECS, DESTINATIONS, POLICIES, look

__all__ = ["KINDS", "CommandFailed", "ask", "main"]

TIMEOUT = 10.0  # seconds that an answer may take
KINDS = ("h225", "h245", "ras", "sip")


class CommandFailed(Exception):
    """
    What to tell the operator before exiting with 1.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """
    @return: the exit status: 0, or 1 with a reason on standard error, or 2
        for unusable options.
    """
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except (CommandFailed, ConfigurationError, DecodeError) as error:
        print(f"h323ctl: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="h323ctl", description="See and steer an h323d server.")
    parser.add_argument("--version", action="version", version=f"h323ctl {__version__}")
    parser.add_argument("--socket", metavar="PATH", help="the server's control socket")
    parser.add_argument("--config", metavar="FILE", help="the configuration that names the socket")
    parser.add_argument("--json", action="store_true", help="print values, not tables")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        _addCommand(commands.add_parser(command.name, help=command.help), command)
    _addConfig(commands.add_parser("config", help="check a configuration, or print the sample"))
    _addDecode(commands.add_parser("decode", help="decode a packet; needs no server"))
    return parser


def _addCommand(parser: argparse.ArgumentParser, command: Command) -> None:
    for argument in command.arguments:
        parser.add_argument(
            argument.name,
            help=argument.help,
            nargs="?" if argument.optional else None,
            choices=argument.choices or None,
        )
    parser.set_defaults(run=_ask, command=command)


def _addConfig(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    check = actions.add_parser("check", help="tell what is wrong with a file")
    check.add_argument("file", metavar="FILE")
    check.set_defaults(run=_check)
    actions.add_parser("sample", help="print every key with its default").set_defaults(run=_sample)


def _addDecode(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kind", choices=KINDS, help="what it is; guessed when left out")
    parser.add_argument(
        "--reencode", action="store_true", help="also print the octets that we would send for it"
    )
    parser.add_argument("hex", metavar="HEX", nargs="+", help="octets; - reads standard input")
    parser.set_defaults(run=_decode)


def _ask(options: argparse.Namespace) -> None:
    command: Command = options.command
    given = [getattr(options, each.name) for each in command.arguments]
    arguments = [each for each in given if each is not None]
    result = ask(_socketOf(options), command.name, *arguments)
    if options.json:
        print(json.dumps(result, indent=2))
        return
    if command.columns:
        result = [{name: row[name] for name in command.columns} for row in result]
    print(_table(result))


def _socketOf(options: argparse.Namespace) -> str:
    configuration = load(options.config) if options.config else Configuration()
    return options.socket or str(socketPath(configuration.control))


def ask(path: str, command: str, *arguments: str) -> Any:
    """
    Ask a running server.

    @param path: its control socket.

    @return: the answer; Any, as JSON can say anything.

    @raise CommandFailed: nobody answers, or the answer is that it cannot be
        done.
    """
    question = {"command": command, "arguments": list(arguments)}
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(TIMEOUT)
            connection.connect(path)
            connection.sendall(json.dumps(question).encode() + b"\n")
            with connection.makefile("rb") as file:
                line = file.readline()
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandFailed(f"no server answers on {path}: {reason}") from error
    if not line:
        raise CommandFailed(f"the server on {path} closed the connection")
    try:
        answer = json.loads(line)
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or not answer.keys() & {"result", "error"}:
        raise CommandFailed(f"what answers on {path} is no h323d server")
    if "error" in answer:
        raise CommandFailed(str(answer["error"]))
    return answer["result"]


def _check(options: argparse.Namespace) -> None:
    configuration = load(options.file)
    try:
        _look(configuration.plugins)
        look(configuration.routing.policies, BUILT_IN_POLICIES, CALLED, "routing.policies")
    except ConfigurationError as error:
        raise ConfigurationError(f"{options.file}: {error.place}", error.reason) from error
    print(f"{options.file}: good")


def _look(plugins: PluginConfig) -> None:
    # Only now: they take a while to load.
    from h323d.conference.directory import RoomDirectory
    from h323d.conference.host import ConferenceHost
    from h323d.media.codecs import BUILT_IN

    look(plugins.codecs, [each.name for each in BUILT_IN], CODECS, "plugins.codecs")
    look(plugins.routes, [RoomDirectory.name], POLICIES, "plugins.routes")
    look(plugins.gates, [], POLICIES, "plugins.gates")
    look(plugins.destinations, [ConferenceHost.name], DESTINATIONS, "plugins.destinations")


def _sample(options: argparse.Namespace) -> None:
    print(sample(), end="")


def _decode(options: argparse.Namespace) -> None:
    from h323d.cli.decode import decodeHex  # only now: the codecs take a second to load

    text = sys.stdin.read() if options.hex == ["-"] else "".join(options.hex)
    print(json.dumps(decodeHex(text, options.kind, options.reencode), indent=2))


def _table(result: Any) -> str:
    if isinstance(result, dict):
        return "\n".join(f"{key:<14} {_cell(value)}" for key, value in result.items())
    rows = [_flat(row) for row in result]
    if not rows:
        return "none"
    columns = list(dict.fromkeys(key for row in rows for key in row))
    cells = [columns, *([_cell(row.get(key)) for key in columns] for row in rows)]
    widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """
    A row without the details that only C{--json} shows.
    """
    flat = {key: value for key, value in row.items() if not isinstance(value, dict)}
    media = row.get("media")
    if isinstance(media, dict):
        flat |= {
            key: media[key] for key in ("format", "packetsReceived", "packetsLost", "packetsSent")
        }
        flat["jitter ms"] = round(media["jitter"] * 1000, 2)
    return flat


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, dict):
        return " ".join(f"{key}={_cell(each)}" for key, each in value.items()) or "-"
    if isinstance(value, list):
        return ",".join(
            _cell(each.get("legId", each) if isinstance(each, dict) else each) for each in value
        )
    return _printable(str(value))


def _printable(text: str) -> str:
    """
    Some of it is a peer's own text, which is not to steer the terminal.
    """
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


if __name__ == "__main__":
    sys.exit(main())
