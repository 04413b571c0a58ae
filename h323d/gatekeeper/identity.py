"""
What the gatekeeper is, and what is its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from zope.interface import Interface

from h323d.values.address import PartyAddress, TransportAddress

__all__ = ["ILocalNumbers", "Identity"]


class ILocalNumbers(Interface):
    """
    What the server itself answers: its rooms.
    """

    def serves(address: PartyAddress) -> bool:
        """
        Whether a call to this name ends in this server.  No endpoint can
        register such a name, so a catch-all must not say yes here.
        """


@dataclass(frozen=True, slots=True)
class Identity:
    """
    What the gatekeeper tells of itself.

    @ivar identifier: the C{gatekeeperIdentifier}.
    @ivar ras: where endpoints send RAS.
    @ivar signalling: our own call-signalling address.
    """

    identifier: str
    ras: TransportAddress
    signalling: TransportAddress
