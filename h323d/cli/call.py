"""
C{h323d-call}: a telephone for people and tests, by H.323 and by SIP.

It calls an address, an alias or a URI, or answers; plays a tone or a file,
records what it hears, sends digits; tells what happens, and in the end loss,
jitter and delay.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.stdio import StandardIO
from twisted.logger import globalLogBeginner, textFileLogObserver
from twisted.protocols.basic import LineOnlyReceiver

from h323d.call.media import PortStatistics
from h323d.call.timer import Timer
from h323d.cli.calloptions import optionsOf
from h323d.cli.callsettings import codecsOf, destinationOf, settingsOf, sinkOf, sourceOf
from h323d.cli.matrix import Matrix
from h323d.cli.phone import Phone
from h323d.errors import H323dError
from h323d.media.audio.soundcard import openSoundCard
from h323d.media.thread import prepareInterpreter
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod

__all__ = ["main"]

PATIENCE = 1.0  # seconds without a word from the other side that are told
LAST_WORDS = 0.1  # seconds for the last messages to leave, and to be answered
FAREWELL = 2.0  # seconds that a call gets to end when the process is told to
DIGIT_MS = 160
DIGIT_PAUSE_MS = 120

_NORMAL = (
    *(Cause.NORMAL_CALL_CLEARING, Cause.NORMAL_UNSPECIFIED),
    Cause.REDIRECTION_TO_NEW_DESTINATION,  # the other side was transferred
)


def main(arguments: Sequence[str] | None = None) -> int:
    """
    @return: 0 when there was a call and it ended normally, or every codec of a matrix was heard
        without a gap; 1 when not; 2 for unusable options.
    """
    options = optionsOf(arguments)
    from twisted.internet import reactor  # only now: it is the one that this process uses

    caller: Caller | Matrix
    try:
        if options.matrix:
            caller = Matrix(reactor, codecsOf(options.codec or ""))
        else:
            caller = Caller(options, reactor)
        caller.start()
    except H323dError as error:
        print(f"h323d-call: {error}", file=sys.stderr)
        return 1
    prepareInterpreter()
    running: Any = reactor  # Any: the reactor is a module to mypy
    running.run()
    return caller.status


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
        self._impatience = Timer(reactor)
        self._awaited = ""
        self._gone: Deferred[None] | None = None
        settings = settingsOf(options, self._destination)
        self._card = None if options.sound_card is None else openSoundCard(options.sound_card)
        self._sink = sinkOf(options)
        if self._card is None:
            self._phone = Phone(settings, self, sourceOf(options), self._sink, reactor)
        else:
            card = self._card
            self._phone = Phone(settings, self, card.microphone, card.loudspeaker, reactor)

    def start(self) -> None:
        """
        Bind everything, and call, or wait.

        @raise ResourceUnavailable: something cannot be bound.
        """
        if self._options.verbose:
            # Standard output stays what it is: it says what happens.
            observers = [textFileLogObserver(sys.stderr)]
            globalLogBeginner.beginLoggingTo(observers, redirectStandardIO=False)
        listening = self._phone.start()
        self._reactor.addSystemEventTrigger(
            "before", "shutdown", lambda: Deferred.fromCoroutine(self._shutDown())
        )
        self.phoneHappened("listening", **listening)
        if self._options.prompt:
            StandardIO(Prompt(self))
        elif self._options.target and not self._known:
            self._reactor.callWhenRunning(self._dial)
        if self._known:
            self._expect(self._known)

    @property
    def _known(self) -> str:
        """
        With whom we register first, if with anybody.
        """
        if self._options.gatekeeper:
            return f"the gatekeeper {self._options.gatekeeper}"
        registrar = self._options.registrar
        return f"the registrar {registrar}" if registrar else ""

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
        if what not in ("listening", "calling"):  # those are our own doing
            self._impatience.stop()
        if what == "offered":
            self._dialledAt = self._reactor.seconds()
        elif what == "answered":
            self._answered(details)
        milliseconds = round((self._reactor.seconds() - self._began) * 1000, 2)
        if self._options.json:
            print(json.dumps({"event": what, "ms": milliseconds, **details}), flush=True)
        else:
            told = "  ".join(f"{key} {_shown(value)}" for key, value in details.items())
            print(f"{milliseconds:9.1f} ms  {what:<12} {told}".rstrip(), flush=True)

    def phoneFailed(self, reason: str) -> None:
        print(f"h323d-call: {reason}", file=sys.stderr)
        self._leave()

    def phoneReleased(self, cause: Cause, statistics: PortStatistics) -> None:
        self.status = 0 if cause in _NORMAL and self._answeredAt is not None else 1
        self.phoneHappened("released", cause=cause.name, code=int(cause))
        self._summarise(statistics)
        if self._card is not None and self._card.lost:
            print(f"h323d-call: the sound card was lost: {self._card.lost}", file=sys.stderr)
        self._leave()

    def _dial(self) -> None:
        assert self._target is not None
        self._began = self._reactor.seconds()
        self.phoneHappened("calling", target=str(self._target))
        self._expect(str(self._destination or self._target))
        self._phone.call(self._target, self._destination)

    def _expect(self, whom: str) -> None:
        """
        Say so, if nothing is heard of them soon.
        """
        self._awaited = whom
        self._impatience.start(PATIENCE, self._tellSilence)

    def _tellSilence(self) -> None:
        text = f"h323d-call: no answer yet from {self._awaited}; still trying"
        print(text, file=sys.stderr, flush=True)

    def _answered(self, details: dict[str, Any]) -> None:
        again, self._answeredAt = self._answeredAt is not None, self._reactor.seconds()
        details["joinMs"] = round((self._answeredAt - self._dialledAt) * 1000, 2)
        if again:  # transferred: what was asked for is under way
            return
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
        self._impatience.stop()
        self._phone.leave()
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
        elif self._options.registrar:
            self._leave()
        else:
            self._gone.callback(None)
        with suppress(DeferredTimeout):
            await self._gone.addTimeout(FAREWELL, self._reactor)
        self._phone.stop()  # the media thread writes no more
        if self._sink is not None:
            self._sink.close()
        if self._card is not None:
            self._card.close()


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
