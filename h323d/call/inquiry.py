"""
A call that nobody makes: what routes are asked about where a peer only wants to know (OPTIONS).
"""

from __future__ import annotations

from dataclasses import dataclass

from zope.interface import implementer

from h323d.call.legs import IOffer
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.identifiers import CallID, LegID
from h323d.values.media.formats import MediaFormat
from h323d.values.proof import Proof

__all__ = ["Inquiry"]


@implementer(IOffer)
@dataclass(frozen=True, slots=True)
class Inquiry:
    """
    Who would call whom.
    """

    protocol: str
    peer: TransportAddress
    calling: tuple[PartyAddress, ...]
    called: tuple[PartyAddress, ...]
    displayName: str = ""
    speaks: tuple[MediaFormat, ...] | None = None
    hops: int | None = None
    restricted: bool = False
    proofs: tuple[Proof, ...] = ()

    # There is no call that these could name.
    legId = LegID("")
    callId = CallID("")
    callIdentifier = conferenceId = ""
