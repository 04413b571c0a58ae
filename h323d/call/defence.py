"""
Defence against who tries doors: what counts against a source, and what it is refused then.

A door says what was offended, and asks before it answers; who is slowed, and who is banned, is a
rule's to say, one for all doors.  What came by datagrams may be forged, in the name of somebody
who has done nothing: a door says of each offence whether it I{believes} where it came from.
"""

from __future__ import annotations

import enum
from typing import Protocol

from h323d.values.address import TransportAddress

__all__ = ["UNDEFENDED", "DefenceRule", "Offence"]


class Offence(enum.Enum):
    """
    What counts against a source, by its name in facts.
    """

    SCANNER = "scanner"
    """It says to be a program that looks for doors: once is enough."""

    REQUESTS = "requests"
    """It asks what is here, and wants nothing."""

    REGISTRATIONS = "registrations"
    """It wants to be registered, and shows nothing for it."""

    FAILURES = "failures"
    """It shows a wrong password, or wants to call whom it may not, or who is not there."""


class DefenceRule(Protocol):
    """
    Who is heard.
    """

    def isScanner(self, product: str) -> bool:
        """
        Whether somebody who calls itself so looks for doors.
        """

    def isBanned(self, host: str) -> bool:
        """
        Whether nothing is said to a host.
        """

    def heeds(self, offence: Offence, source: TransportAddress) -> bool:
        """
        Whether what may be such an offence is looked at now; if not, it is told of.
        """

    def offended(self, offence: Offence, source: TransportAddress, believed: bool) -> None:
        """
        It was one.

        @param believed: it came from there for certain.
        """

    def confirmed(self, offence: Offence, source: TransportAddress) -> None:
        """
        One that was not believed has come from there after all.
        """

    def forgiven(self, offence: Offence, source: TransportAddress) -> None:
        """
        One was none: whoever was asked has shown what was wanted.
        """

    def turnedAway(self, door: str, source: TransportAddress) -> None:
        """
        Somebody banned was not answered.
        """


class _Undefended:
    """
    Everybody is heard.
    """

    def isScanner(self, product: str) -> bool:
        return False

    def isBanned(self, host: str) -> bool:
        return False

    def heeds(self, offence: Offence, source: TransportAddress) -> bool:
        return True

    def offended(self, offence: Offence, source: TransportAddress, believed: bool) -> None:
        pass

    def confirmed(self, offence: Offence, source: TransportAddress) -> None:
        pass

    def forgiven(self, offence: Offence, source: TransportAddress) -> None:
        pass

    def turnedAway(self, door: str, source: TransportAddress) -> None:
        pass


UNDEFENDED: DefenceRule = _Undefended()
