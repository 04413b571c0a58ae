"""
Where heads are sent to, so that the log cannot be rewritten together with them: files on other
machines, whoever takes them by HTTP, and cosigners, who sign what goes on as it should (C2SP
tlog-witness).

Each is sent one head at a time, and the newest next.  One that fails is told of once, and tried
again, until it works; nothing else waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from h323d.errors import DecodeError, UnexpectedStatus
from h323d.keeping import Defer
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.config import WitnessConfig
from h323d.witness.log.note import Note, Signature, VerifierKey
from h323d.witness.log.places import Place, append, keep
from h323d.witness.log.proofs import AddCheckpoint, Leaves, consistency

__all__ = ["Anchor", "Cosigner", "FileAnchor", "RETRY", "IPosts", "WebAnchor", "newAnchors"]

RETRY = 10.0  # seconds until one that has failed is tried again
TIMEOUT = 10.0  # seconds that whoever takes heads has
LIMIT = 16_384  # octets of an answer
CONFLICT = 409  # what a cosigner answers that has seen another head last


class IPosts(Protocol):
    """
    Who asks by HTTP.
    """

    def post(self, url: str, body: bytes, timeout: float, limit: int, /) -> Deferred[bytes]:
        """Fires with an answer of status 200, and fails with any other."""


class Sender(Protocol):
    """
    One way to send a head.
    """

    @property
    def name(self) -> str:
        """Where it goes, for people."""

    async def send(self, place: Place, note: str) -> None:
        """Send it.  Raises whatever goes wrong."""


class Anchor:
    """
    Sends heads on one way (L{h323d.witness.log.witnesslog.IHeads}).
    """

    _log = Logger()

    def __init__(self, sender: Sender, clock: IReactorTime) -> None:
        self._sender = sender
        self._clock = clock
        self._again: IDelayedCall | None = None
        self._isClosed = False
        self._next: tuple[Place, str] | None = None
        self._isBusy = False
        self._isFailing = False

    def head(self, place: Place, note: str) -> None:
        self._next = place, note
        self._stopWaiting()
        if not self._isBusy:
            self._isBusy = True
            ensureDeferred(self._sendAll())

    def close(self) -> None:
        self._isClosed = True
        self._stopWaiting()

    def _stopWaiting(self) -> None:
        again, self._again = self._again, None
        if again is not None and again.active():
            again.cancel()

    async def _sendAll(self) -> None:
        while self._next is not None:
            (place, note), self._next = self._next, None
            await self._send(place, note)
        self._isBusy = False

    async def _send(self, place: Place, note: str) -> None:
        name = self._sender.name
        try:
            await self._sender.send(place, note)
        except Exception as error:  # a fence: what others answer stops nothing here
            if not self._isFailing:
                self._log.error("{name} takes no heads: {reason}", name=name, reason=str(error))
            self._isFailing = True
            if self._next is None and not self._isClosed:
                self._again = self._clock.callLater(RETRY, self.head, place, note)
        else:
            if self._isFailing:
                self._log.info("{name} takes heads again", name=name)
            self._isFailing = False


class FileAnchor:
    """
    A file to which heads are appended.
    """

    def __init__(self, path: Path, defer: Defer) -> None:
        self.name = str(path)
        self._path = path
        self._defer = defer

    async def send(self, place: Place, note: str) -> None:
        await self._defer(append, self._path, [note.encode().removesuffix(b"\n")])


class WebAnchor:
    """
    A URL that is sent each head by POST.
    """

    def __init__(self, url: str, web: IPosts) -> None:
        self.name = url
        self._web = web

    async def send(self, place: Place, note: str) -> None:
        await self._web.post(self.name, note.encode(), TIMEOUT, LIMIT)


class Cosigner:
    """
    Somebody who signs a head if it goes on from the one before.
    """

    def __init__(self, url: str, key: VerifierKey, web: IPosts, defer: Defer) -> None:
        """
        @param url: what stands before C{/add-checkpoint}.
        """
        self.name = key.name
        self._url = url.rstrip("/") + "/add-checkpoint"
        self._key = key
        self._web = web
        self._defer = defer
        self._leaves: tuple[Place, Leaves] | None = None

    async def send(self, place: Place, note: str) -> None:
        """
        Have a head cosigned, and keep that beside the log.
        """
        kept = place.cosigned / self.name.replace("/", "_")
        head = Checkpoint.read(Note.read(note).text)
        old = await self._defer(_sizeOf, kept)
        try:
            answer = await self._ask(place, note, old, head.size)
        except Exception as error:  # whatever the way by HTTP has for it
            answer = await self._askAnew(place, note, head.size, error)
        cosigned = self._cosigned(note, answer)
        await self._defer(keep, kept, str(cosigned).encode())

    async def _ask(self, place: Place, note: str, old: int, size: int) -> bytes:
        if old > size:
            raise DecodeError(f"it has seen {old} records, and there are {size}", self.name)
        if self._leaves is None or self._leaves[0] != place:
            self._leaves = place, Leaves(place)
        proof = await self._defer(consistency, self._leaves[1], old, size)
        body = str(AddCheckpoint(old, tuple(proof), note)).encode()
        return await self._web.post(self._url, body, TIMEOUT, LIMIT)

    async def _askAnew(self, place: Place, note: str, size: int, error: Exception) -> bytes:
        """
        It has seen another head last than we know of, and says which.
        """
        status = error.__cause__
        if not isinstance(status, UnexpectedStatus) or status.status != CONFLICT:
            raise error
        told = status.body.strip()
        if not told.isdigit() or len(told) > 16:
            raise error
        return await self._ask(place, note, int(told), size)

    def _cosigned(self, note: str, answer: bytes) -> Note:
        lines = answer.decode("utf-8", "replace").splitlines(keepends=True)
        cosigned = Note.read(note).with_(*map(Signature.read, lines))
        if cosigned.cosignedAt(self._key) is None:
            raise DecodeError("its answer has no signature by its key", self.name)
        return cosigned


def _sizeOf(path: Path) -> int:
    """
    Of the head that is kept in a file; 0 if there is none that can be read.
    """
    try:
        return Checkpoint.read(Note.read(path.read_text("utf-8")).text).size
    except (OSError, UnicodeDecodeError, DecodeError):
        return 0


def newAnchors(
    config: WitnessConfig,
    pathOf: Callable[[str], Path | None],
    web: IPosts,
    clock: IReactorTime,
    defer: Defer,
) -> tuple[Anchor, ...]:
    """
    Those that are configured.

    @param pathOf: where a file is that is named so.
    """
    senders: list[Sender] = []
    for each in config.anchors:
        path = None if each.startswith(("http://", "https://")) else pathOf(each)
        senders.append(WebAnchor(each, web) if path is None else FileAnchor(path, defer))
    for cosigner in config.cosigners:
        key = VerifierKey.read(cosigner.key)
        senders.append(Cosigner(cosigner.url, key, web, defer))
    return tuple(Anchor(each, clock) for each in senders)
