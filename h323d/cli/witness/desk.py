"""
Where logs hand in their heads to have them cosigned (C2SP tlog-witness, add-checkpoint): what each
is answered, and the web server that does it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, Any

from twisted.internet.interfaces import IReactorTime
from twisted.web.resource import Resource
from twisted.web.server import Request, Site

from h323d.errors import DecodeError
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.cosigning import Cosigned, NotCosigned
from h323d.witness.log.note import Note
from h323d.witness.log.proofs import AddCheckpoint

__all__ = ["LIMIT", "Desk", "newSite"]

LIMIT = 65_536  # octets of a request's body
TIMEOUT = 30.0  # seconds that a connection may be silent
PATH = b"/add-checkpoint"
TEXT = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Answer:
    """
    @ivar type: of the body.
    """

    status: HTTPStatus
    body: str
    type: str = TEXT


class Desk(Resource):
    """
    Takes heads, one after the other: each is on the disk before the next is looked at, so that no
    two of them can go on from the same one.
    """

    isLeaf = True

    def __init__(
        self, logs: Mapping[str, Cosigned], clock: IReactorTime, tell: Callable[[str], None]
    ) -> None:
        """
        @param logs: by their origins.
        @param clock: of wall time.
        @param tell: takes a line for who runs it.
        """
        super().__init__()
        self._logs = logs
        self._clock = clock
        self._tell = tell
        self._told = ""

    def render(self, request: Request) -> bytes:
        if request.path != PATH:
            answer = Answer(HTTPStatus.NOT_FOUND, "there is nothing\n")
        elif request.method != b"POST":
            answer = Answer(HTTPStatus.METHOD_NOT_ALLOWED, "it takes POST\n")
            request.setHeader("Allow", "POST")
        else:
            answer = self._answer(_contentOf(request).read())
        request.setResponseCode(answer.status, answer.status.phrase.encode())
        request.setHeader("Content-Type", answer.type)
        return answer.body.encode()

    def _answer(self, body: bytes) -> Answer:
        if len(body) > LIMIT:
            return Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {LIMIT} octets\n")
        try:
            asked = AddCheckpoint.read(body.decode())
            note = Note.read(asked.note)
            head = Checkpoint.read(note.text)
        except (UnicodeDecodeError, DecodeError) as error:
            return Answer(HTTPStatus.BAD_REQUEST, f"{error}\n")
        log = self._logs.get(head.origin)
        if log is None:
            return Answer(HTTPStatus.NOT_FOUND, "the log is not one of those that are cosigned\n")
        if not note.isSignedBy(log.key):
            return Answer(HTTPStatus.FORBIDDEN, "the log's key has not signed the checkpoint\n")
        if asked.old > head.size:
            return Answer(HTTPStatus.BAD_REQUEST, "the old size is more than the checkpoint's\n")
        if asked.old != log.last.size:
            return _conflict(log)
        return self._cosigned(log, note, head, asked)

    def _cosigned(
        self, log: Cosigned, note: Note, head: Checkpoint, asked: AddCheckpoint
    ) -> Answer:
        try:
            signature = log.cosign(note, asked.proof, int(self._clock.seconds()))
        except NotCosigned as error:
            self._tellOnce(f"NOT COSIGNED: {head.origin}: {error}")
            if log.isFork(head):
                return _conflict(log)
            return Answer(HTTPStatus.UNPROCESSABLE_ENTITY, f"{error}\n")
        except OSError as error:
            self._tellOnce(f"cannot keep what is cosigned, so nothing is: {error}")
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, "it cannot be kept\n")
        self._tellOnce(f"cosigned {head}")
        return Answer(HTTPStatus.OK, str(signature))

    def _tellOnce(self, line: str) -> None:
        """
        Whoever asks for the same again and again fills no disk.
        """
        if line != self._told:
            self._told = line
            self._tell(line)


def _conflict(log: Cosigned) -> Answer:
    return Answer(HTTPStatus.CONFLICT, f"{log.last.size}\n", SIZE)


def _contentOf(request: Request) -> IO[bytes]:
    content: IO[bytes] | None = request.content
    assert content is not None  # since its headers are there
    return content


class _Bounded(Request):
    """
    A request of which no more is kept than tells that it is too long.
    """

    def handleContentChunk(self, data: bytes) -> None:
        super().handleContentChunk(data[: max(LIMIT + 1 - _contentOf(self).tell(), 0)])


def newSite(desk: Desk, reactor: Any) -> Site:
    """
    The web server.

    @param reactor: Any: one of several interfaces at once.
    """
    return Site(desk, requestFactory=_Bounded, timeout=TIMEOUT, reactor=reactor)
