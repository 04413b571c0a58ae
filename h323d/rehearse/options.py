"""
The command line of C{h323d-rehearse}, and what it comes to: a L{Plan}.
"""

from __future__ import annotations

import argparse
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from h323d import __version__
from h323d.rehearse.cast import Part, castOf, usualPairs
from h323d.rehearse.impairment import Impairment
from h323d.rehearse.schedule import unfit, usual
from h323d.rehearse.script import BadScript, Deed, ScriptedIncident, parse

__all__ = ["Plan", "parserOf", "planOf", "reportOptions"]

SHORTEST, LONGEST = 5.0, 24 * 3600.0  # seconds
MOST_OCTETS = 100_000  # of a script
ROOM = "80001"
KILLS = (Deed.KILL_LEADER, Deed.KILL_MEDIA)


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What is to be rehearsed.

    @ivar seconds: that everybody is together.
    @ivar server: the address of one that is there; C{None} to start one at C{host}.
    @ivar ports: of SIP, H.323 and RAS.
    @ivar isProtected: whether the server that is started is followed by another.
    @ivar keep: where recordings and logs stay; C{None} throws them away.
    @ivar html: where the report goes as a page; C{None} for nowhere.
    @ivar json: likewise, as JSON.
    """

    cast: tuple[Part, ...]
    seconds: float
    script: tuple[ScriptedIncident, ...]
    impairment: Impairment
    seed: int
    room: str
    host: str
    server: str | None
    ports: tuple[int, int, int]
    isGuarded: bool
    isProtected: bool
    keep: Path | None
    html: Path | None
    json: Path | None


def planOf(arguments: Sequence[str] | None) -> Plan:
    """
    Read the command line; unusable options end the process with 2.
    """
    parser = parserOf()
    options = parser.parse_args(arguments)
    seconds = options.seconds if options.seconds is not None else 60 * options.minutes
    if not SHORTEST <= seconds <= LONGEST:
        parser.error(f"a rehearsal takes {SHORTEST:.0f} s to {LONGEST / 3600:.0f} h")
    if options.server is not None and (options.guarded or options.protected):
        parser.error("--guarded and --protected are for a server that is started here")
    pairs = usualPairs(options.parties) if options.pairs is None else options.pairs
    try:
        cast = castOf(options.parties, pairs, options.guarded)
        impairment = Impairment(options.loss, options.delay, options.jitter)
    except ValueError as error:
        parser.error(str(error))
    script = usual(seconds)
    if options.script is not None:
        script = _scriptOf(parser, options.script)
        for each in script:
            fault = unfit(each, seconds, len(cast), options.server is None, options.guarded)
            if fault:
                parser.error(str(BadScript(str(options.script), each.line, each.column, fault)))
    return Plan(
        cast=cast,
        seconds=seconds,
        script=script,
        impairment=impairment,
        seed=options.seed,
        room=options.room,
        host=options.at,
        server=options.server,
        ports=(options.sip_port, options.h323_port, options.ras_port),
        isGuarded=options.guarded,
        isProtected=options.protected or any(each.deed in KILLS for each in script),
        keep=options.keep,
        html=options.html,
        json=options.json,
    )


def _scriptOf(parser: argparse.ArgumentParser, path: Path) -> tuple[ScriptedIncident, ...]:
    try:
        with path.open(encoding="utf-8") as file:
            return parse(file.read(MOST_OCTETS), str(path))
    except BadScript as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(f"{path}: {error.strerror}")
    except UnicodeError:
        parser.error(f"{path}: is not in UTF-8")


def parserOf() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="h323d-rehearse",
        description="Hold a conference of many parties on real packets, and judge it.",
        epilog="Ctrl-C ends it early, and what was measured is reported.  For the report of kept"
        " results once more: h323d-rehearse report RESULTS",
    )
    parser.add_argument("--version", action="version", version=f"h323d-rehearse {__version__}")
    parser.add_argument(
        "--parties", type=int, default=12, metavar="N", help="in the room (default: %(default)s)"
    )
    parser.add_argument(
        "--pairs",
        type=int,
        choices=range(9),
        metavar="N",
        help="beside the room, who call each other from SIP to H.323 (default: 1, or 0 where 25 are"
        " in the room)",
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--minutes", type=float, default=1.0, help="that all are together (default: %(default)g)"
    )
    length.add_argument("--seconds", type=float, help="the same, in seconds")
    parser.add_argument(
        "--script",
        type=Path,
        metavar="FILE",
        help="incidents (default: storms of joins and leaves)",
    )
    parser.add_argument("--seed", type=int, default=1, help="of all that is left to chance")
    _addServer(parser)
    _addNetwork(parser)
    report = parser.add_argument_group("the report, beside that on standard output")
    report.add_argument("--html", type=Path, metavar="FILE", help="as a page; takes matplotlib")
    report.add_argument("--json", type=Path, metavar="FILE", help="as JSON, for programs")
    report.add_argument("--keep", type=Path, metavar="DIRECTORY", help="keep recordings and logs")
    return parser


def _addNetwork(parser: argparse.ArgumentParser) -> None:
    network = parser.add_argument_group("what becomes of sound on its way, each direction")
    network.add_argument(
        "--loss", type=float, default=0.0, metavar="PERCENT", help="packets that do not arrive"
    )
    network.add_argument(
        "--delay", type=float, default=0.0, metavar="MS", help="that each takes at least"
    )
    network.add_argument(
        "--jitter", type=float, default=0.0, metavar="MS", help="by how much more it may take"
    )


def reportOptions() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="h323d-rehearse report", description="Make the report once more, from results."
    )
    parser.add_argument("results", type=Path, metavar="RESULTS", help="what --json has written")
    parser.add_argument("--html", type=Path, metavar="FILE", help="as a page; takes matplotlib")
    return parser


def _addServer(parser: argparse.ArgumentParser) -> None:
    server = parser.add_argument_group("the server")
    server.add_argument(
        "--server", type=_host, metavar="ADDRESS", help="that is there (default: start one)"
    )
    server.add_argument(
        "--at",
        type=_loopback,
        metavar="ADDRESS",
        default="127.0.0.1",
        help="of 127.0.0.0/8, where one is started (default: %(default)s)",
    )
    server.add_argument("--room", default=ROOM, help="that is called (default: %(default)s)")
    for name, port in (("sip", 5060), ("h323", 1720), ("ras", 1719)):
        told = f"of --server {port}, else any that is free"
        server.add_argument(f"--{name}-port", type=_port, default=0, help=f"default: {told}")
    server.add_argument(
        "--guarded", action="store_true", help="start one with a registry of guardians"
    )
    server.add_argument(
        "--protected",
        action="store_true",
        help="start one that another follows; so it is where a script kills",
    )


def _host(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not an IP address") from None


def _loopback(text: str) -> str:
    host = _host(text)
    if not ipaddress.ip_address(host).is_loopback or ":" in host:
        raise argparse.ArgumentTypeError(f"{text} is not in 127.0.0.0/8")
    return host


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text} is not a port")
    return int(text)
