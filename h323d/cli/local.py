"""
The commands of C{h323ctl} that ask no server: they are about files, and words.

What takes long to load is only loaded by the commands that need it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from h323d.cli.answers import addCommon, width
from h323d.cli.table import Table
from h323d.operation.command import Column

__all__ = ["KINDS", "addLocal"]

KINDS = ("h225", "h245", "ras", "sip")


def addLocal(commands: Any) -> None:  # Any: argparse does not tell what subparsers are
    """
    Add their parsers.
    """
    _addConfig(commands.add_parser("config", help="check a configuration, or print the sample"))
    _addHash(commands.add_parser("hash", help="make an entry of a password, or of a PIN"))
    _addGuard(commands.add_parser("guard", help="make keys, and look after the registry"))
    _addExplain(commands.add_parser("explain", help="tell what a refusal means, and what to do"))
    _addDecode(commands.add_parser("decode", help="decode messages; needs no server"))


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
        addCommon(action)
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
    addCommon(replay)
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
        print(Table(done, columns, None if options.wide else width()))


def _replay(options: argparse.Namespace) -> None:
    from h323d.cli.replaying import replay  # only now, as above

    done = replay(options.log, options.policy)
    if options.json:
        print(json.dumps(done.told(), indent=2))
        return
    if done.changes:
        columns = [Column(name, text=True) for name in done.changes[0]]
        print(Table(done.changes, columns, None if options.wide else width()))
    print(done)


def _explain(options: argparse.Namespace) -> None:
    from h323d.cli.explaining import explain  # only now, as above

    print(explain(options.reason))


def _decode(options: argparse.Namespace) -> None:
    from h323d.cli.decoding.command import decode  # only now: the codecs take a second to load

    decode(options.what, options.kind, options.reencode, options.json)
