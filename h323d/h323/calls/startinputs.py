"""
What happens to the start of a call, and what the machine of L{h323d.h323.calls.startup} needs of
it.
"""

from __future__ import annotations

from typing import Protocol

from h323d.h323.calls.tunnelling import Tunnel
from h323d.values.address import TransportAddress
from h323d.values.media.profile import MediaProfile

__all__ = ["StartUp", "StartUpOwner"]


class StartUpOwner(Protocol):
    """
    What the machine needs of the call.
    """

    def tunnel(self) -> Tunnel:
        """Ask whether H.245 may be tunnelled."""

    def hasMedia(self) -> bool:
        """Ask whether any direction was open at any time."""

    def isListening(self) -> bool:
        """Ask whether we wait for a connection already."""

    def peerSpoke(self) -> bool:
        """Ask whether the peer said anything in the H.245 that has begun."""

    def choose(self, profile: MediaProfile) -> None:
        """Accept or refuse what the caller proposed."""

    def chooseAnew(self, profile: MediaProfile) -> None:
        """Something else than what we chose before."""

    def adoptFastStart(self) -> None:
        """What we accepted is in force."""

    def refuseFastStart(self) -> None:
        """No answer to our proposal will come: it is void, if it is undecided still."""

    def openChannels(self) -> None:
        """H.245 may open channels now."""

    def useTunnel(self) -> None:
        """Begin H.245 in the signalling connection."""

    def dial(self, address: TransportAddress, contested: bool) -> None:
        """Connect there; C{contested}, if we have asked the peer to connect to us."""

    def listen(self) -> None:
        """Wait for the peer to connect; C{listening} or C{pathFailed} follows."""

    def sendStartH245(self, address: TransportAddress) -> None:
        """Ask the peer to connect there."""

    def repeatControl(self) -> None:
        """Say our H.245 messages again, unless the peer has responded to any."""

    def waitNoMore(self) -> None:
        """Nobody will connect any more."""

    def mediaMissing(self) -> None:
        """There is no media, and there will be none."""

    def controlLost(self) -> None:
        """H.245 is gone before there was media."""

    def controlEnded(self) -> None:
        """H.245 is over, as we wanted."""

    def endControl(self) -> None:
        """End H.245."""

    def stopControl(self) -> None:
        """Close everything."""


class StartUp(Protocol):
    """
    The inputs: what the call does, what the peer says about starting, what became of a way.
    """

    def place(self) -> None:
        """We call; what follows stands in our Setup."""

    def offerFastStart(self) -> None:
        """Our Setup proposes channels."""

    def speakInSetup(self) -> None:
        """Our Setup carries H.245 messages (8.2.4)."""

    def choose(self, profile: MediaProfile) -> None:
        """We are called, and our side says what media it wants."""

    def sent(self) -> None:
        """A message with what we chose is sent."""

    def answered(self) -> None:
        """The call is answered, by whichever side."""

    def addressTold(self, address: TransportAddress) -> None:
        """The peer said where it can be connected to."""

    def fastStartDecided(self) -> None:
        """The peer accepted or refused our proposal, or there is none to decide on."""

    def controlHeard(self) -> None:
        """The peer tunnels H.245 messages."""

    def startH245Heard(self) -> None:
        """The peer sent Facility C{startH245}."""

    def seek(self) -> None:
        """All is told that there is to tell: take the best way that is open by now."""

    def ask(self) -> None:
        """Our own: no way is open."""

    def listening(self, address: TransportAddress) -> None:
        """We wait there for a connection."""

    def begun(self) -> None:
        """H.245 is spoken."""

    def abandoned(self) -> None:
        """What was said in H.245 went nowhere; the path is open for another way."""

    def pathFailed(self) -> None:
        """The way that was tried leads nowhere."""

    def lost(self) -> None:
        """The connection that H.245 was spoken on is gone."""

    def graceExpired(self) -> None:
        """Whoever heeds H.245 in a Setup has responded by now."""

    def guardExpired(self) -> None:
        """Whoever wants media or H.245 has begun by now."""

    def end(self) -> None:
        """The call is to be ended, H.245 first."""

    def stop(self) -> None:
        """The call is over."""
