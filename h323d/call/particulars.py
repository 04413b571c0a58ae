"""
What a call that we make says of itself, beside who calls whom.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.call.declaration import NOTHING_DECLARED, Declaration
from h323d.call.ways import MAX_HOPS
from h323d.values.address import PartyAddress
from h323d.values.diversion import Diversion
from h323d.values.referred import Referred

__all__ = ["NOTHING_MORE", "Particulars"]


@dataclass(frozen=True, slots=True)
class Particulars:
    """
    @ivar hops: over how many servers the call may go.
    @ivar displayName: of who calls, for people to read; empty if there is none.
    @ivar diversion: who has sent the call on; C{None} if nobody has.
    @ivar referred: what a transfer has said of it; C{None} if it comes of none.
    @ivar asserted: who calls, where we answer for it, and also where the caller is nobody: for
        those alone who are trusted to keep that to themselves; best first.
    @ivar declaration: what is declared of the call.
    """

    hops: int = MAX_HOPS
    displayName: str = ""
    diversion: Diversion | None = None
    referred: Referred | None = None
    asserted: tuple[PartyAddress, ...] = ()
    declaration: Declaration = NOTHING_DECLARED


NOTHING_MORE = Particulars()
