"""
Where we are, and what peers may have of us there: what everything that listens is given.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.call.defence import UNDEFENDED, DefenceRule
from h323d.call.dialrule import DialRule
from h323d.call.homes import Homes, homeAt
from h323d.call.shares import UNSHARED, ShareRule

__all__ = ["Site", "siteAt"]


@dataclass(frozen=True, slots=True)
class Site:
    """
    One for all protocols of a server.

    @ivar homes: our addresses: to bind, and to tell of.
    @ivar dialRule: where peers may have us connect to.
    @ivar shareRule: how much of each table one source may have.
    @ivar defence: who of those who try doors is heard.
    """

    homes: Homes
    dialRule: DialRule
    shareRule: ShareRule = UNSHARED
    defence: DefenceRule = UNDEFENDED


def siteAt(address: str) -> Site:
    """
    That of who has one address alone, and lets every peer have as much as it wants.

    @param address: literal, and no wildcard.
    """
    homes = homeAt(address)
    return Site(homes, DialRule(homes))
