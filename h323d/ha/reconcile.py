"""
What is left to be done of a connection when another process takes it over: the arithmetic.

The kernel is the ledger: it knows how many octets the process that died has read and written.  The
follower knows how many should have been.  What was not written is written; what was logged and not
read is read, and dropped, as it has happened already.
"""

from __future__ import annotations

from h323d.errors import H323dError

__all__ = ["TAIL", "Irreconcilable", "Position"]

TAIL = 1 << 18  # octets that are kept: more than a kernel, and what waits for it, ever lack


class Irreconcilable(H323dError):
    """
    The ledger and the follower do not speak of the same connection.
    """


class Position:
    """
    How far a connection is.

    @ivar read: octets that have happened.
    @ivar written: octets that are to have left.
    """

    def __init__(self) -> None:
        self.read = 0
        self.written = 0
        self._tail = b""
        self._isLetGo = False

    def letGo(self) -> None:
        """
        It is cut off, and nothing is left to be done of it.
        """
        self._isLetGo = True

    def write(self, data: bytes) -> None:
        """
        Octets are to leave.
        """
        self.written += len(data)
        self._tail = (self._tail + data)[-TAIL:]

    def unwritten(self, ledger: int) -> bytes:
        """
        @param ledger: octets that have left.

        @return: those that are still to leave.

        @raise Irreconcilable: more have left than were to, or too many are missing.
        """
        if self._isLetGo:
            return b""
        missing = self.written - ledger
        if missing < 0:
            raise Irreconcilable(f"{-missing} octets have left that were never to")
        if missing > len(self._tail):
            raise Irreconcilable(
                f"of {missing} octets that have not left, {len(self._tail)} are kept"
            )
        return self._tail[len(self._tail) - missing :]

    def handled(self, ledger: int) -> int:
        """
        @param ledger: octets that were read.

        @return: how many of those to be read next have happened already.

        @raise Irreconcilable: octets were read that never happened.
        """
        if self._isLetGo:
            return 0
        ahead = self.read - ledger
        if ahead < 0:
            raise Irreconcilable(f"{-ahead} octets were read that never happened")
        return ahead
