"""
Media processes of a real reactor: fresh interpreters, each with one end of a door.

What they write to their standard output and error is for our log.
"""

from __future__ import annotations

import os
import random
import select
import socket
import sys
import time
from collections.abc import Sequence, Set
from typing import Any

from twisted.internet.error import ProcessExitedAlready
from twisted.internet.interfaces import (
    IProcessTransport,
    IReactorTime,
    IReadDescriptor,
    IWriteDescriptor,
)
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.ports import IPortPair
from h323d.doorway import Doorway, newDoorways
from h323d.dsp.codec import ICodec
from h323d.events.bus import EventBus
from h323d.inputs import IInputs, Input
from h323d.media.audio.codecs import Codecs
from h323d.media.config import MediaConfig
from h323d.media.dtls.association import Identity
from h323d.media.dtls.certificate import newCertificate
from h323d.media.dtls.handshakes import KeyAgreements
from h323d.media.ports import PortRange, descriptorsOf
from h323d.media.remotemedia import RemoteMedia
from h323d.media.remotepool import RemotePool, newRemotePool
from h323d.values.media.encryption import CryptoSuite

__all__ = ["DOOR", "Launcher", "newRemoteService"]

DOOR = 3
"""
The descriptor that a process has its end of the door as.
"""

_MAIN = "from h323d.cli.mediaprocess import main; main()"
_LONGEST_LINE = 2000


@implementer(IReadDescriptor, IWriteDescriptor)
class _Door:
    """
    Our end of one.
    """

    def __init__(
        self,
        reactor: Any,
        inputs: IInputs,
        number: int,
        end: socket.socket,
        process: IProcessTransport,
    ) -> None:
        # Any: a reactor of many interfaces.
        self._reactor = reactor
        self._process = process
        self._inputs = inputs
        self._number = number
        self._doorway = Doorway(end)
        self._isOpen = True
        reactor.addReader(self)

    def fileno(self) -> int:
        return self._doorway.fileno() if self._isOpen else -1

    def logPrefix(self) -> str:
        return f"media process {self._number}"

    def send(self, message: int, octets: bytes, pairs: Sequence[IPortPair] = ()) -> None:
        if self._isOpen:
            self._doorway.send(octets, descriptorsOf(pairs))
            if self._doorway.waiting:
                self._reactor.addWriter(self)

    def heard(self, message: int) -> None:
        """
        What was sent is the kernel's, and need not be kept.
        """

    def doWrite(self) -> None:
        self._doorway.flush()
        if not self._doorway.waiting:
            self._reactor.removeWriter(self)

    def doRead(self) -> None:
        if not self._doorway.peek(self._said):
            self._reactor.removeReader(self)
            self._inputs.enter(Input.ENDED, self._number)

    def _said(self, octets: bytes) -> None:
        self._inputs.enter(Input.SAID, self._number, octets)

    def connectionLost(self, reason: Failure) -> None:
        """
        The reactor stops; a process sees the end of its door when ours does.
        """

    def kill(self) -> None:
        try:
            self._process.signalProcess("KILL")
        except ProcessExitedAlready:  # of which we are about to hear
            return

    def finish(self, seconds: float) -> None:
        if not self._isOpen:
            return
        end = time.monotonic() + seconds
        poll = select.poll()
        poll.register(self._doorway.fileno(), select.POLLIN)
        self._doorway.flush()
        while (left := end - time.monotonic()) > 0 and self._doorway.peek(_unheard):
            poll.poll(1000 * left)
            self._doorway.flush()
        self.close()

    def close(self) -> None:
        self._isOpen = False
        self._reactor.removeReader(self)
        self._reactor.removeWriter(self)
        self._doorway.close()


def _unheard(octets: bytes) -> None:
    """
    What a process says that is told to end is of no account.
    """


class _Child(ProcessProtocol):
    """
    What one writes, line by line, and how it ends.
    """

    _log = Logger()

    def __init__(self, number: int) -> None:
        self._number = number
        self._line = b""

    def childDataReceived(self, childFD: int, data: bytes) -> None:
        *lines, self._line = (self._line + data)[-_LONGEST_LINE:].split(b"\n")
        for line in lines:
            text = line.decode(errors="replace")
            self._log.info("media process {number}: {text}", number=self._number, text=text)

    def processEnded(self, reason: Any) -> None:  # Any: a failure, of any way to end
        how = reason.value
        if how.exitCode != 0:
            self._log.error(
                "media process {number} ended: signal {signal}, status {status}",
                number=self._number,
                signal=how.signal,
                status=how.exitCode,
            )


class Launcher:
    """
    Begins them (L{h323d.media.children.ILauncher}).
    """

    def __init__(self, reactor: Any, inputs: IInputs) -> None:
        # Any: a reactor of many interfaces.
        self._reactor = reactor
        self._inputs = inputs

    def launch(self, number: int) -> _Door:
        ours, theirs = newDoorways()
        # As -P keeps the directory that we happen to be in out of it, all that we import from has
        # to be named.
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        with theirs, open(os.devnull, "rb") as nothing:
            process = self._reactor.spawnProcess(
                _Child(number),
                sys.executable,
                [sys.executable, "-P", "-c", _MAIN],
                env=environment,
                childFDs={0: nothing.fileno(), 1: "r", 2: "r", DOOR: theirs.fileno()},
            )
        return _Door(self._reactor, self._inputs, number, ours, process)


def newRemoteService(
    config: MediaConfig,
    rng: random.Random,
    reactor: Any,
    inputs: IInputs,
    events: EventBus,
    names: Sequence[str],
    codecs: Sequence[ICodec],
    suites: Set[CryptoSuite],
) -> tuple[RemotePool, RemoteMedia]:
    """
    The pool over processes of their own, and these, not started.

    @param rng: C{SystemRandom} in service.
    @param reactor: Any, of many interfaces.
    @param names: of codecs, as the configuration has them, by which processes find them.
    @param codecs: those that we find by them; not used here, but by their formats.

    @raise h323d.errors.ConfigurationError: a codec is not of the kind that can be mixed.
    """
    clock: IReactorTime = reactor
    formats = Codecs(codecs).formats
    launcher = Launcher(reactor, inputs)
    media = RemoteMedia(config, names, formats, launcher, clock, rng, events)
    identity = Identity(newCertificate(rng, time.time()))
    agreements = KeyAgreements(clock, identity, config.latchAnyHost)
    ports = PortRange(config, rng)
    return newRemotePool(config, media, ports, agreements, suites, rng, inputs), media
