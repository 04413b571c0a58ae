"""
The log of a leader, on its way to whoever follows: records, and the descriptors that go with them.

Messages of a L{Doorway}; what was sent can be read there even if whoever has sent it dies.
"""

from __future__ import annotations

import contextlib
import select
import socket
import time
from collections.abc import Iterator, Sequence
from typing import Any

from h323d.doorway import LARGEST, Doorway, closeAll
from h323d.errors import H323dError
from h323d.ha import records, reports
from h323d.ha.records import BadRecord, Record
from h323d.ha.reports import Report
from h323d.telling import primitives

__all__ = ["Farewell", "LogReader", "LogWriter", "Lost", "Shared"]

_RECORD, _SHARED, _MORE, _FAREWELL = b"R", b"S", b"M", b"F"
_PART = LARGEST // 2  # octets of a message
_PATIENCE = 0.05  # seconds that a leader waits at most for whoever follows to read


class Lost(H323dError):
    """
    Whoever follows is gone, or too slow.
    """


class Shared:
    """
    Sockets that whoever follows is to hold (L{h323d.world.sharing.Sharer}).
    """

    def __init__(self, octets: bytes, descriptors: Sequence[int]) -> None:
        """
        @raise h323d.telling.primitives.Unreadable: there are no values in it.
        @raise BadRecord: they are of another form.
        """
        match primitives.decode(octets):
            case (str(what), int(number), tuple(details)):
                self.what, self.number, self.details = what, number, details
            case _:
                raise BadRecord("nothing is shared by this message")
        self.sockets = tuple(socket.socket(fileno=each) for each in descriptors)
        for each in self.sockets:
            each.setblocking(False)


def _shared(octets: bytes, descriptors: Sequence[int]) -> Shared:
    try:
        return Shared(octets, descriptors)
    except (BadRecord, primitives.Unreadable):
        closeAll(descriptors)
        raise


class Farewell:
    """
    Whoever leads ends by himself, and another is to lead.
    """


class LogWriter:
    """
    The leader's end.
    """

    def __init__(self, end: socket.socket) -> None:
        self._doorway = Doorway(end)

    def note(self, record: Record) -> None:
        """
        Log one.

        @raise Lost: nobody reads it.
        @raise h323d.telling.primitives.NotAValue: it cannot be told.
        """
        octets = records.encode(record)
        while len(octets) > _PART:
            self._send(_MORE + octets[:_PART])
            octets = octets[_PART:]
        self._send(_RECORD + octets)

    def share(
        self, what: str, number: int, sockets: Sequence[socket.socket], details: tuple[Any, ...]
    ) -> None:
        """
        Hand sockets on.

        @raise Lost: nobody takes them.
        """
        told = primitives.encode((what, number, details))
        self._send(_SHARED + told, [each.fileno() for each in sockets])

    def farewell(self) -> None:
        """
        Have another lead.

        @raise Lost: there is none.
        """
        self._send(_FAREWELL)

    def _send(self, octets: bytes, descriptors: Sequence[int] = ()) -> None:
        end = time.monotonic() + _PATIENCE
        try:
            while not self._doorway.offer(octets, descriptors):
                left = end - time.monotonic()
                if left <= 0:
                    raise Lost("whoever follows is too slow")
                poll = select.poll()
                poll.register(self._doorway.fileno(), select.POLLOUT)
                poll.poll(1000 * left)
        except OSError as error:
            raise Lost(f"whoever follows is gone: {error.strerror}") from error

    def reports(self) -> Iterator[Report]:
        """
        What whoever follows has said.

        @raise EOFError: it is gone.
        @raise BadRecord: it is no report.
        """
        while (message := self._doorway.take()) is not None:
            closeAll(message.descriptors)
            yield reports.decode(message.octets)

    def fileno(self) -> int:
        return self._doorway.fileno()

    def close(self) -> None:
        """
        Log no more.
        """
        self._doorway.close()


class LogReader:
    """
    The follower's end.
    """

    def __init__(self, end: socket.socket) -> None:
        self._doorway = Doorway(end)
        self._begun = b""

    def fileno(self) -> int:
        return self._doorway.fileno()

    def read(self) -> Iterator[Record | Shared | Farewell]:
        """
        What has come.

        @raise EOFError: there will be no more.
        @raise BadRecord: it is nothing that can be followed.
        @raise h323d.doorway.CutMessage: there is no descriptor left for a socket that is shared.
        """
        while True:
            message = self._doorway.take()
            if message is None:
                return
            kind, octets = message.octets[:1], message.octets[1:]
            if kind == _SHARED:
                yield _shared(octets, message.descriptors)
                continue
            closeAll(message.descriptors)  # nothing else has any
            if kind == _MORE:
                self._begun += octets
            elif kind == _FAREWELL:
                yield Farewell()
            elif kind == _RECORD:
                whole, self._begun = self._begun + octets, b""
                yield records.decode(whole)
            else:
                raise BadRecord(f"a message of no kind that there is: {kind!r}")

    def tell(self, report: Report) -> None:
        """
        As L{h323d.ha.reports.Told}.
        """
        with contextlib.suppress(OSError):  # it is gone, which is seen where it is read
            self._doorway.offer(reports.encode(report))

    def close(self) -> None:
        """
        Read no more.
        """
        self._doorway.close()
