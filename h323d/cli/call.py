"""
C{h323d-call}: a telephone for people and tests, by H.323 and by SIP.

It calls an address, an alias or a URI, or answers; plays a tone or a file,
records what it hears, sends digits; tells what happens, and in the end loss,
jitter and delay.
"""

from __future__ import annotations

import argparse
import dataclasses
import ipaddress
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.stdio import StandardIO
from twisted.logger import globalLogBeginner, textFileLogObserver
from twisted.protocols.basic import LineOnlyReceiver

from h323d import __version__
from h323d.call.media import ISampleSource, PortStatistics
from h323d.cli.phone import Phone, PhoneSettings
from h323d.dsp.tones import Tone
from h323d.errors import H323dError
from h323d.h323.startup import StartUpOptions
from h323d.media.config import MediaConfig
from h323d.media.files import ToneSource, WAVSink, WAVSource
from h323d.media.soundcard import openSoundCard
from h323d.media.thread import prepareInterpreter
from h323d.net.route import addressTowards, advertisedAddress
from h323d.sip.uri import parseURI
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.media import G711_ALAW, G711_ULAW, DigitMethod, MediaProfile

__all__ = ["destinationOf", "main", "optionsOf"]

FORMATS = {each.name: each for each in (G711_ULAW, G711_ALAW)}
H323_PORT = 1720
TLS_PORT = 1300
RAS_PORT = 1719
LONGEST = 86400  # seconds
LAST_WORDS = 0.1  # seconds for the last messages to leave, and to be answered
FAREWELL = 2.0  # seconds that a call gets to end when the process is told to
DIGIT_MS = 160
DIGIT_PAUSE_MS = 120


def main(arguments: Sequence[str] | None = None) -> int:
    """
    @return: 0 when there was a call and it ended normally; 1 when not; 2 for
        unusable options.
    """
    options = optionsOf(arguments)
    from twisted.internet import reactor  # only now: it is the one that this process uses

    try:
        caller = Caller(options, reactor)
        caller.start()
    except H323dError as error:
        print(f"h323d-call: {error}", file=sys.stderr)
        return 1
    prepareInterpreter()
    running: Any = reactor  # Any: the reactor is a module to mypy
    running.run()
    return caller.status


def optionsOf(arguments: Sequence[str] | None) -> argparse.Namespace:
    """
    Read the command line; unusable options end the process with 2.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if bool(options.target) == options.answer:
        parser.error("give either a target or --answer")
    if options.gatekeeper_password_file is not None and not options.gatekeeper:
        parser.error("--gatekeeper-password-file has no meaning without --gatekeeper")
    if options.tls and options.gatekeeper:
        parser.error("--tls calls addresses: a gatekeeper's are not known to take TLS")
    if options.tls_authorities is not None and not options.tls:
        parser.error("--tls-authorities has no meaning without --tls")
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
    parser.add_argument("--bind", type=_host, metavar="ADDRESS", help="our own address")
    parser.add_argument("--alias", default="h323d-call", help="our own name or number")
    parser.add_argument("--sip-port", type=_port, default=0, help="default: any that is free")
    parser.add_argument("--h323-port", type=_port, default=0, help="default: any that is free")
    parser.add_argument("--rtp-port", type=_port, default=20000, help="the first to try")
    parser.add_argument("--gatekeeper", metavar="HOST[:PORT]", help="register there first")
    parser.add_argument(
        "--gatekeeper-password-file",
        type=Path,
        metavar="FILE",
        help="prove to it, by H.235.1, that we are --alias: FILE's first line is the password",
    )
    start = parser.add_argument_group("how an H.323 call starts")
    start.add_argument("--tls", action="store_true", help="signal over TLS; port 1300, not 1720")
    start.add_argument(
        "--tls-authorities", type=Path, metavar="PEM", help="believe only whom one of these signed"
    )
    start.add_argument("--no-fast-start", action="store_true", help="open media by H.245 only")
    start.add_argument("--no-tunnelling", action="store_true", help="H.245 on its own connection")
    start.add_argument("--early-h245", action="store_true", help="begin H.245 in the Setup")
    sound = parser.add_argument_group("sound")
    sound.add_argument("--codec", default="PCMU,PCMA", help="best first (default: %(default)s)")
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
        "--dtmf-method", choices=[each.value for each in DigitMethod], help="default: the best"
    )
    parser.add_argument("--seconds", type=_seconds, default=0.0, help="hang up after so long")
    parser.add_argument("--json", action="store_true", help="tell everything as lines of JSON")
    parser.add_argument("--prompt", action="store_true", help="call when a line arrives on stdin")
    parser.add_argument("--verbose", action="store_true", help="log to standard error")
    return parser


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


def _decibels(text: str) -> float:
    level = float(text)
    if not -90 <= level <= 0:
        raise argparse.ArgumentTypeError("must be -90 to 0 dBov")
    return level


def _digits(text: str) -> str:
    if not set(text) <= set("0123456789*#ABCD"):
        raise argparse.ArgumentTypeError("digits are 0 to 9, *, # and A to D")
    return text


class Prompt(LineOnlyReceiver):
    """
    Calls when a line arrives on standard input; the end of it hangs up.
    """

    delimiter = b"\n"

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def lineReceived(self, line: bytes) -> None:
        self._caller.lineArrived(line.strip().decode(errors="replace"))


class Caller:
    """
    One run of the command.

    @ivar status: what the process exits with.
    """

    def __init__(self, options: argparse.Namespace, reactor: Any) -> None:
        # Any: a reactor of many interfaces.
        self.status = 1
        self._options = options
        self._reactor = reactor
        self._target, self._destination = destinationOf(options)
        self._began = self._dialledAt = reactor.seconds()
        self._answeredAt: float | None = None
        self._timers: list[IDelayedCall] = []
        self._gone: Deferred[None] | None = None
        settings = _settings(options, self._destination)
        self._card = None if options.sound_card is None else openSoundCard(options.sound_card)
        self._sink = _sink(options)
        if self._card is None:
            self._phone = Phone(settings, self, _source(options), self._sink, reactor)
        else:
            card = self._card
            self._phone = Phone(settings, self, card.microphone, card.loudspeaker, reactor)

    def start(self) -> None:
        """
        Bind everything, and call, or wait.

        @raise ResourceUnavailable: something cannot be bound.
        """
        if self._options.verbose:
            globalLogBeginner.beginLoggingTo([textFileLogObserver(sys.stderr)])
        listening = self._phone.start()
        self._reactor.addSystemEventTrigger(
            "before", "shutdown", lambda: Deferred.fromCoroutine(self._shutDown())
        )
        self.phoneHappened("listening", **listening)
        if self._options.prompt:
            StandardIO(Prompt(self))
        elif self._options.target and not self._options.gatekeeper:
            self._reactor.callWhenRunning(self._dial)

    def lineArrived(self, line: str) -> None:
        """
        Standard input: an empty line calls; C{hold}, C{resume}, C{hangup} and
        digits do what they say.
        """
        if line in ("hold", "resume"):
            self._phone.hold(line == "hold")
        elif line == "hangup":
            self._phone.hangup()
        elif line:
            self._sendDigits(line)
        elif self._options.target:
            self._dial()

    # What the phone tells.

    def phoneRegistered(self) -> None:
        if self._options.target and not self._options.prompt and self._phone.leg is None:
            self._dial()

    def phoneDialled(self) -> None:
        self._dialledAt = self._reactor.seconds()

    def phoneHappened(self, what: str, **details: Any) -> None:
        if what == "answered":
            self._answered(details)
        milliseconds = round((self._reactor.seconds() - self._began) * 1000, 2)
        if self._options.json:
            print(json.dumps({"event": what, "ms": milliseconds, **details}), flush=True)
        else:
            told = "  ".join(f"{key} {value}" for key, value in details.items())
            print(f"{milliseconds:9.1f} ms  {what:<12} {told}".rstrip(), flush=True)

    def phoneFailed(self, reason: str) -> None:
        print(f"h323d-call: {reason}", file=sys.stderr)
        self._leave()

    def phoneReleased(self, cause: Cause, statistics: PortStatistics) -> None:
        normal = cause in (Cause.NORMAL_CALL_CLEARING, Cause.NORMAL_UNSPECIFIED)
        self.status = 0 if normal and self._answeredAt is not None else 1
        self.phoneHappened("released", cause=cause.name, code=int(cause))
        self._summarise(statistics)
        if self._card is not None and self._card.lost:
            print(f"h323d-call: the sound card was lost: {self._card.lost}", file=sys.stderr)
        self._leave()

    def _dial(self) -> None:
        assert self._target is not None
        self._began = self._reactor.seconds()
        self.phoneHappened("calling", target=str(self._target))
        self._phone.call(self._target, self._destination)

    def _answered(self, details: dict[str, Any]) -> None:
        self._answeredAt = self._reactor.seconds()
        details["joinMs"] = round((self._answeredAt - self._dialledAt) * 1000, 2)
        if self._options.seconds:
            self._later(self._options.seconds, self._phone.hangup)
        if self._options.dtmf:
            self._later(1.0, self._sendDigits, self._options.dtmf)

    def _sendDigits(self, digits: str) -> None:
        method = self._options.dtmf_method
        for index, digit in enumerate(digits):
            self._later(
                index * (DIGIT_MS + DIGIT_PAUSE_MS) / 1000,
                self._phone.sendDigit,
                digit,
                DIGIT_MS,
                None if method is None else DigitMethod(method),
            )

    def _summarise(self, statistics: PortStatistics) -> None:
        summary = dataclasses.asdict(statistics)
        if self._options.json:
            print(json.dumps({"event": "summary", **summary}), flush=True)
            return
        print(
            f"received {statistics.packetsReceived} packets, lost {statistics.packetsLost}, "
            f"late {statistics.packetsLate}, jitter {statistics.jitter * 1000:.2f} ms, "
            f"buffer {statistics.bufferDepth * 1000:.0f} ms; sent {statistics.packetsSent}"
        )
        if statistics.remoteLost is not None and statistics.remoteJitter is not None:
            print(
                f"the other side lost {statistics.remoteLost * 100:.1f} % of ours, "
                f"jitter {statistics.remoteJitter * 1000:.2f} ms"
            )
        if statistics.roundTrip is not None:
            print(f"round trip {statistics.roundTrip * 1000:.1f} ms")

    def _later(self, seconds: float, function: Any, *arguments: Any) -> None:
        self._timers.append(self._reactor.callLater(seconds, function, *arguments))

    def _leave(self) -> None:
        for timer in self._timers:
            if timer.active():
                timer.cancel()
        if self._gone is not None:
            self._reactor.callLater(LAST_WORDS, self._gone.callback, None)
        elif self._reactor.running:
            self._reactor.callLater(LAST_WORDS, self._stopReactor)

    def _stopReactor(self) -> None:
        if self._reactor.running and self._gone is None:
            self._reactor.stop()

    async def _shutDown(self) -> None:
        """
        Before the process ends: the call ends first, where there is one.
        """
        self._gone = Deferred()
        if self._phone.leg is not None:
            self._phone.hangup()
            with suppress(DeferredTimeout):
                await self._gone.addTimeout(FAREWELL, self._reactor)
        self._phone.stop()  # the media thread writes no more
        if self._sink is not None:
            self._sink.close()
        if self._card is not None:
            self._card.close()


def _settings(options: argparse.Namespace, destination: TransportAddress | None) -> PhoneSettings:
    formats = []
    for name in options.codec.split(","):
        if name not in FORMATS:
            raise H323dError(f"--codec: {name} is none of {', '.join(FORMATS)}")
        formats.append(FORMATS[name])
    gatekeeper = _address(options.gatekeeper, RAS_PORT) if options.gatekeeper else None
    password = options.gatekeeper_password_file
    return PhoneSettings(
        bind=options.bind or _near(options.target, gatekeeper or destination),
        alias=options.alias,
        profile=MediaProfile(tuple(formats), packetMs=options.packet_ms),
        startUp=StartUpOptions(
            not options.no_fast_start, not options.no_tunnelling, options.early_h245
        ),
        gatekeeper=gatekeeper,
        gatekeeperPassword="" if password is None else _firstLine(password),
        tls=options.tls,
        tlsAuthorities="" if options.tls_authorities is None else str(options.tls_authorities),
        sipPort=options.sip_port,
        h323Port=options.h323_port,
        media=MediaConfig(portFirst=options.rtp_port & ~1, maximumPorts=16, tickMs=20),
    )


def _firstLine(path: Path) -> str:
    try:
        line = path.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8 text"
        raise H323dError(f"--gatekeeper-password-file: {path}: {reason}") from error
    if not line:
        raise H323dError(f"--gatekeeper-password-file: {path}: the first line is empty")
    return line


def _near(target: str | None, peer: TransportAddress | None) -> str:
    """
    Our address that the other side sees, where none is given.
    """
    host = peer.host if peer is not None else ""
    if target and target.startswith(("sip:", "sips:")):
        host = getattr(parseURI(target), "host", "")
    try:
        near = addressTowards(str(ipaddress.ip_address(host.strip("[]"))))
    except ValueError:  # a name, or none: answering
        near = None
    return near or advertisedAddress("0.0.0.0")


def _sink(options: argparse.Namespace) -> WAVSink | None:
    if not options.record:
        return None
    path = Path(options.record)
    try:
        path.touch()  # better now than when the call is over
    except OSError as error:
        raise H323dError(f"--record: {path}: {error.strerror}") from error
    return WAVSink(path)


def _source(options: argparse.Namespace) -> ISampleSource | None:
    if options.tone:
        if not 0 < options.tone < 4000:
            raise H323dError("--tone: must be between 1 and 3999 Hz")
        return ToneSource(Tone((options.tone,), options.level))
    return WAVSource(Path(options.play)) if options.play else None


def destinationOf(
    options: argparse.Namespace,
) -> tuple[PartyAddress | None, TransportAddress | None]:
    """
    Whom a target means, and where its Setup goes.

    @raise H323dError: it means nobody.
    """
    text = options.target
    if not text:
        return None, None
    if text.startswith(("sip:", "sips:")):
        return PartyAddress(AddressKind.URL, text), None
    alias, at, host = text.removeprefix("h323:").rpartition("@")
    port = TLS_PORT if options.tls else H323_PORT
    if at:
        return _party(alias), _address(host, port)
    if options.gatekeeper:
        return _party(host), None
    address = _address(host, port)
    return PartyAddress(AddressKind.TRANSPORT, str(address)), address


def _party(alias: str) -> PartyAddress:
    digits = all(character in "0123456789*#," for character in alias)
    return PartyAddress(AddressKind.DIALLED_DIGITS if digits else AddressKind.H323_ID, alias)


def _address(text: str, port: int) -> TransportAddress:
    host, colon, number = text.rpartition(":")
    if not colon or (text.count(":") > 1 and not text.startswith("[")):
        host, number = text, str(port)
    try:
        address = TransportAddress(str(ipaddress.ip_address(host.strip("[]"))), int(number))
    except ValueError:
        raise H323dError(f"{text} is not an address and port") from None
    if not 0 < address.port < 65536:
        raise H323dError(f"{text} is not an address and port")
    return address
