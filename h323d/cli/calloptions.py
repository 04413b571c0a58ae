"""
The command line of C{h323d-call}.
"""

from __future__ import annotations

import argparse
import ipaddress
from collections.abc import Sequence
from pathlib import Path

from h323d import __version__
from h323d.call.applications import CallType
from h323d.call.transfers import MAXIMUM_TRANSFERS
from h323d.guard.registry.fields import keyOf
from h323d.values.ed25519 import PublicKey
from h323d.values.media.digits import DigitMethod
from h323d.values.proof import MAX_IDENTITY
from h323d.values.tlspeer import TLSPeer

__all__ = ["optionsOf"]

LONGEST = 86400  # seconds
MOST_TRANSFERS = 100


def optionsOf(arguments: Sequence[str] | None) -> argparse.Namespace:
    """
    Read the command line; unusable options end the process with 2.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if [bool(options.target), options.answer, options.matrix].count(True) != 1:
        parser.error("give either a target, or --answer, or --matrix")
    if options.gatekeeper_password_file is not None and not options.gatekeeper:
        parser.error("--gatekeeper-password-file has no meaning without --gatekeeper")
    if options.tls and options.gatekeeper:
        parser.error("--tls calls addresses: a gatekeeper's are not known to take TLS")
    if options.registrar is not None and options.gatekeeper:
        parser.error("--registrar and --gatekeeper are two ways to register: give one")
    if options.tls_authorities is not None and not options.tls:
        parser.error("--tls-authorities has no meaning without --tls")
    if options.tls_key is not None:
        if not options.tls:
            parser.error("--tls-key has no meaning without --tls")
        try:
            TLSPeer("0.0.0.0/0", options.tls_key)
        except ValueError as error:
            parser.error(f"--tls-key: {str(error).removeprefix('key: ')}")
    if len({each is None for each in (options.key, options.terminal_id, options.guard)}) > 1:
        parser.error("--key, --terminal-id and --guard go together")
    if (options.tls_certificate is None) is not (options.tls_private_key is None):
        parser.error("--tls-certificate and --tls-private-key go together")
    if options.tls_certificate is not None and not options.tls:
        parser.error("--tls-certificate has no meaning without --tls")
    if options.guard_key is not None and options.key is None:
        parser.error("--guard-key has no meaning without --key")
    if options.record and options.sound_card is not None:
        parser.error("--record has no place beside --sound-card, which listens")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="h323d-call",
        description="Call by H.323 or SIP, or answer; play, record, and measure.",
        epilog="Targets: sip:80001@HOST  h323:80001@HOST  HOST  or, with --gatekeeper, an alias.",
    )
    parser.add_argument("--version", action="version", version=f"h323d-call {__version__}")
    parser.add_argument("target", nargs="?", help="whom to call")
    parser.add_argument("--answer", action="store_true", help="wait for a call, and answer it")
    parser.add_argument(
        "--matrix",
        action="store_true",
        help="measure all codecs, or those of --codec, against each other by a server of its own",
    )
    parser.add_argument("--bind", type=_host, metavar="ADDRESS", help="our own address")
    parser.add_argument("--alias", default="h323d-call", help="our own name or number")
    parser.add_argument("--sip-port", type=_port, default=0, help="default: any that is free")
    parser.add_argument("--h323-port", type=_port, default=0, help="default: any that is free")
    parser.add_argument("--rtp-port", type=_port, default=20000, help="the first to try")
    parser.add_argument("--gatekeeper", metavar="HOST[:PORT]", help="register there first")
    parser.add_argument(
        "--registrar", metavar="URI", help="register there by SIP first: sip:HOST;transport=tcp"
    )
    parser.add_argument(
        "--gatekeeper-password-file",
        type=Path,
        metavar="FILE",
        help="prove to it, by H.235.1, that we are --alias: FILE's first line is the password",
    )
    _addProof(parser)
    _addStart(parser)
    _addSound(parser)
    parser.add_argument(
        "--transfers",
        type=_count,
        default=MAXIMUM_TRANSFERS,
        metavar="N",
        help="how often the call may be sent to somebody else; 0: never (default: %(default)s)",
    )
    parser.add_argument("--seconds", type=_seconds, default=0.0, help="hang up after so long")
    parser.add_argument("--json", action="store_true", help="tell everything as lines of JSON")
    parser.add_argument("--prompt", action="store_true", help="call when a line arrives on stdin")
    parser.add_argument("--verbose", action="store_true", help="log to standard error")
    return parser


def _addProof(parser: argparse.ArgumentParser) -> None:
    proof = parser.add_argument_group("what guardians sign (by SIP over TCP), and declare")
    proof.add_argument("--key", type=Path, metavar="PEM", help="the private key, of Ed25519")
    proof.add_argument(
        "--terminal-id", type=_identity, metavar="ID", help="as the registry has it: if://..."
    )
    proof.add_argument(
        "--guard", type=_identity, metavar="NAME", help="the server that is meant: its guard.name"
    )
    proof.add_argument(
        "--guard-key",
        type=_publicKey,
        metavar="KEY",
        help="the server's public key, ed25519:...: believe no answer of RAS without it",
    )
    proof.add_argument(
        "--call-type",
        choices=[each.value for each in CallType],
        help="what a call is declared as",
    )
    proof.add_argument("--pii", action="store_true", help="say that there is personal data in it")


def _publicKey(text: str) -> PublicKey:
    try:
        return keyOf(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _identity(text: str) -> str:
    if not (0 < len(text) <= MAX_IDENTITY and text.isprintable()):
        raise argparse.ArgumentTypeError(f"takes 1 to {MAX_IDENTITY} characters that can be read")
    return text


def _addStart(parser: argparse.ArgumentParser) -> None:
    start = parser.add_argument_group("how an H.323 call starts")
    start.add_argument("--tls", action="store_true", help="signal over TLS; port 1300, not 1720")
    start.add_argument(
        "--tls-authorities", type=Path, metavar="PEM", help="believe only whom one of these signed"
    )
    start.add_argument(
        "--tls-key", metavar="sha256:HEX", help="believe only whoever has this public key"
    )
    start.add_argument(
        "--tls-certificate",
        type=Path,
        metavar="PEM",
        help="show this: a guarded server knows us by its key",
    )
    start.add_argument("--tls-private-key", type=Path, metavar="PEM", help="its private key")
    start.add_argument("--no-fast-start", action="store_true", help="open media by H.245 only")
    start.add_argument("--no-tunnelling", action="store_true", help="H.245 on its own connection")
    start.add_argument("--early-h245", action="store_true", help="begin H.245 in the Setup")


def _addSound(parser: argparse.ArgumentParser) -> None:
    sound = parser.add_argument_group("sound")
    sound.add_argument("--codec", metavar="NAMES", help="best first (default: PCMU,PCMA)")
    sound.add_argument("--packet-ms", type=int, default=20, choices=range(10, 61, 10))
    play = sound.add_mutually_exclusive_group()
    play.add_argument("--tone", type=int, metavar="HZ", help="play a tone")
    play.add_argument("--play", metavar="WAV", help="play a file, again and again")
    play.add_argument(
        "--sound-card",
        nargs="?",
        const="",
        metavar="NAME",
        help="speak and listen; part of its name, or last without a NAME: the system's own",
    )
    sound.add_argument("--level", type=_decibels, default=-16.0, help="of the tone, dBov")
    sound.add_argument("--record", metavar="WAV", help="record what is heard")
    sound.add_argument(
        "--dtmf", type=_digits, metavar="DIGITS", default="", help="send digits when answered"
    )
    sound.add_argument(
        "--dtmf-method",
        choices=[each.value for each in DigitMethod if each.isSent],
        help="default: the best",
    )


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError("not a port")
    return number


def _host(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not an IP address") from None


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= LONGEST:
        raise argparse.ArgumentTypeError(f"must be 0 to {LONGEST}")
    return seconds


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number <= MOST_TRANSFERS:
        raise argparse.ArgumentTypeError(f"must be 0 to {MOST_TRANSFERS}")
    return number


def _decibels(text: str) -> float:
    level = float(text)
    if not -90 <= level <= 0:
        raise argparse.ArgumentTypeError("must be -90 to 0 dBov")
    return level


def _digits(text: str) -> str:
    if not set(text) <= set("0123456789*#ABCD"):
        raise argparse.ArgumentTypeError("digits are 0 to 9, *, # and A to D")
    return text
