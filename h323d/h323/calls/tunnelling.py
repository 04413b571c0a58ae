"""
Whether H.245 may travel in the signalling connection of one call (H.323, 8.2.1).

Both sides say C{h245Tunnelling} in all that they send while the call is set up.  One FALSE
settles it for the whole call; what a later message says decides nothing any more, and is not
told to this machine.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder

from h323d.tracing import indexed, stateName

__all__ = ["MACHINE", "Tunnel", "Tunnelling", "TunnellingOwner", "newTunnelling", "tunnelOf"]


class Tunnel(enum.Enum):
    """
    The states, for those who decide by them.
    """

    OFFERED = "offered"  # by us; the peer has not said yet
    AGREED = "agreed"
    OFF = "off"


class TunnellingOwner(Protocol):
    """
    What the machine needs of the call.
    """

    def tunnelRefused(self) -> None:
        """What is said in the tunnel is lost."""


class Tunnelling(Protocol):
    """
    The inputs.
    """

    def forgo(self) -> None:
        """We do not tunnel in this call; before anything is sent."""

    def peerTunnels(self) -> None:
        """The peer said C{h245Tunnelling} TRUE."""

    def peerDeclines(self) -> None:
        """The peer said C{h245Tunnelling} FALSE."""


@dataclass
class _Core:
    owner: TunnellingOwner


builder = TypeMachineBuilder(Tunnelling, _Core)

offered = builder.state(Tunnel.OFFERED.value)
agreed = builder.state(Tunnel.AGREED.value)
off = builder.state(Tunnel.OFF.value)


@offered.upon(Tunnelling.peerDeclines).to(off)
@agreed.upon(Tunnelling.peerDeclines).to(off)
def refused(machine: Tunnelling, core: _Core) -> None:
    core.owner.tunnelRefused()


offered.upon(Tunnelling.forgo).to(off).returns(None)
offered.upon(Tunnelling.peerTunnels).to(agreed).returns(None)

agreed.upon(Tunnelling.forgo).loop().returns(None)
agreed.upon(Tunnelling.peerTunnels).loop().returns(None)
for _said in (Tunnelling.forgo, Tunnelling.peerTunnels, Tunnelling.peerDeclines):
    off.upon(_said).loop().returns(None)

MACHINE = indexed(builder.build())


def newTunnelling(owner: TunnellingOwner) -> Tunnelling:
    """
    @param owner: told when the peer declines.
    """
    return MACHINE(_Core(owner))


def tunnelOf(machine: Tunnelling) -> Tunnel:
    """
    @param machine: what L{newTunnelling} made.
    """
    return Tunnel(stateName(machine))
