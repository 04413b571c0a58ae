"""
The seam between signalling and the media plane.

Signalling opens ports, tells them what was negotiated, and joins them to a
mixer; it never sees a packet.  All methods are called on the reactor's thread
and return at once; all reports arrive there.  C{media} implements this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from zope.interface import Attribute, Interface

from h323d.call.applications import Priority
from h323d.call.homes import Home
from h323d.call.mediatotals import MediaTotals
from h323d.call.relaying import Latching, RelayStatistics
from h323d.call.statistics import PortStatistics
from h323d.errors import RemoteProtocolError
from h323d.values.address import TransportAddress
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.streams import Stream
from h323d.values.networks import Networks

__all__ = [
    "IMediaPool",
    "IMediaPort",
    "IMediaPortObserver",
    "IMixer",
    "IMixerObserver",
    "IRelay",
    "IRelayObserver",
    "IRelaySide",
    "ISampleSink",
    "ISampleSource",
    "MediaNetworks",
    "PortStatistics",
    "Signalling",
]

Samples = NDArray[np.int16]

_NONE = Networks(())


@dataclass(frozen=True, slots=True)
class Signalling:
    """
    Where the signalling of a peer comes from: what its word about its media is worth.

    @ivar host: a literal address.
    @ivar called: whether it was us who called it, at an address of our choice.
    """

    host: str
    called: bool = False


@dataclass(frozen=True, slots=True)
class MediaNetworks:
    """
    What is known of the hosts that peers name as the places of their media.

    @ivar thirdParties: a peer may name these though its signalling comes from elsewhere.
    @ivar private: addresses that mean nothing outside: whoever names one may be seen by
        another, of a translator.
    """

    thirdParties: Networks = _NONE
    private: Networks = _NONE


class IMediaPortObserver(Interface):
    """
    Whom a port reports to: the leg that opened it.
    """

    def portHeard(port: IMediaPort, source: TransportAddress) -> None:
        """
        The first valid packet arrived; the port is locked to its source.
        """

    def portDigit(port: IMediaPort, digit: str, milliseconds: int) -> None:
        """
        An RFC 4733 event ended, or went on for as long as a report can wait.
        """

    def portFailed(port: IMediaPort, error: RemoteProtocolError) -> None:
        """
        There will be no media: the keys that were to be agreed on are not.
        """


class IMediaPort(Interface):
    """
    One RTP and RTCP port pair, and the stream that it carries both ways.
    """

    portId = Attribute("an C{int}, unique in its pool")
    rtp = Attribute("the L{TransportAddress} where we receive RTP")
    rtcp = Attribute("the L{TransportAddress} where we receive RTCP")
    medium = Attribute("the L{h323d.values.media.medium.Medium} that it carries")
    stream = Attribute("the L{Stream} in force")
    encryption = Attribute(
        "the L{h323d.values.media.encryption.CryptoSuite} by which it is encrypted; C{None} if it"
        " is not, or not yet"
    )

    def configure(stream: Stream, signalling: Signalling) -> None:
        """
        Send and expect what was negotiated, from now on; replaces what was in
        force before.  SSRC and sequence numbers go on.

        @param signalling: where the peer's signalling comes from.  A third host is sent
            nothing before something came from there; and nobody is for long who ought to
            send, and does not.
        """

    def expectHandshake() -> None:
        """
        It was offered to agree on keys: the peer may begin before its answer is here (RFC 5763,
        5).  Nothing is in force yet.
        """

    def sendDigit(digit: str, milliseconds: int) -> None:
        """
        Send an RFC 4733 event; ignored if the peer takes none.
        """

    def statistics() -> PortStatistics:
        """
        As of the last report, at most a second old.
        """

    def close() -> None:
        """
        Leave the mixer, say goodbye (RTCP BYE), and free the ports.
        """


class ISampleSource(Interface):
    """
    A local source of sound: a file, a tone, a sound card.
    """

    def read(count: int, sampleRate: int) -> Samples:
        """
        Called on the media thread, once a tick.

        @return: C{count} samples; fewer, or none, count as silence.
        """


class ISampleSink(Interface):
    """
    A local listener: a recording, a measurement, a sound card.
    """

    def write(samples: Samples, sampleRate: int) -> None:
        """
        Called on the media thread, once a tick.
        """


class IMixerObserver(Interface):
    """
    Whom a mixer reports to: the room.
    """

    def activeSpeaker(portId: int | None) -> None:
        """
        Somebody else is speaking now, or nobody.
        """

    def levels(levels: Mapping[int, float]) -> None:
        """
        How loud each member is, in dBov (0 is full scale), a few times a
        second at most.
        """


class IMixer(Interface):
    """
    Gives each of its members the sum of all the others.
    """

    passing = Attribute(
        "whether the packets of two who speak alike pass as they are at present, and are not mixed"
    )

    def join(port: IMediaPort) -> None:
        """
        Make the port a member.
        """

    def leave(port: IMediaPort) -> None:
        """
        The port sends and hears nothing from now on.
        """

    def mute(port: IMediaPort, muted: bool) -> None:
        """
        Whether the others hear this member.
        """

    def deafen(port: IMediaPort, deaf: bool) -> None:
        """
        Whether this member hears the others.
        """

    def attach(source: ISampleSource | None, sink: ISampleSink | None) -> int:
        """
        Make a local party a member, beside the ports.

        @return: its number, in the numbering of C{portId}.
        """

    def detach(partyId: int) -> None:
        """
        Remove a local party.
        """

    def close() -> None:
        """
        Let all members go; the ports stay open.
        """


class IRelaySide(Interface):
    """
    One side of a relay: a port pair, and the peer that uses it.
    """

    rtp = Attribute("the L{TransportAddress} where this peer's RTP arrives")
    rtcp = Attribute("the L{TransportAddress} where this peer's RTCP arrives")
    multiplexID = Attribute(
        "an C{int}: the number that each of the peer's packets has to begin with, as the ports"
        " are shared (H.460.19); C{None} if the ports are its own"
    )

    def aim(
        rtp: TransportAddress | None,
        rtcp: TransportAddress | None,
        latching: Latching,
        signalling: Signalling,
        multiplexID: int | None = None,
        keepAlivePayloadType: int | None = None,
    ) -> None:
        """
        Say where this peer receives.  Nothing is taken from a peer before that, and then only
        from its host, and from the first port that is used there; unless it latches.

        @param rtp: C{None} while that is not known, or nothing is to be sent; port 0 if only
            the host is known.
        @param latching: whether the peer may be behind a NAT.  Where no host is known, that
            of its signalling is believed.
        @param signalling: where the peer's signalling comes from, as for
            L{IMediaPort.configure}.
        @param multiplexID: the number that the peer wants in front of each packet.
        @param keepAlivePayloadType: of packets that keep the way through the NAT open, and
            are not passed on.
        """

    def statistics() -> RelayStatistics:
        """
        As of the last report, about a second old.
        """


class IRelayObserver(Interface):
    """
    Whom a relay reports to.
    """

    def relayHeard(relay: IRelay, side: int, source: TransportAddress) -> None:
        """
        The first valid packet of a side arrived.

        @param side: its place in C{relay.sides}.
        """


class IRelay(Interface):
    """
    Carries the packets of one media session between two peers, as they are.
    """

    sides = Attribute("a pair of L{IRelaySide}")

    def close() -> None:
        """
        Free the ports.
        """


class IMediaPool(Interface):
    """
    All ports and mixers of a server.
    """

    formats = Attribute("the L{MediaFormat}s that can be mixed, a tuple, best first")
    fingerprint = Attribute(
        "the L{h323d.values.media.fingerprint.Fingerprint} of the certificate that its ports show,"
        " where keys are agreed on"
    )
    suites = Attribute(
        "the L{h323d.values.media.encryption.CryptoSuite}s by which its ports can encrypt, a set"
    )
    silenceTimeout = Attribute(
        "seconds without anything from a peer until its call ends; 0 for never"
        " (L{h323d.call.silence})"
    )

    def reconfigure(networks: MediaNetworks) -> None:
        """
        Judge by these networks what peers name from now on.
        """

    def openPort(
        observer: IMediaPortObserver,
        home: Home,
        medium: Medium = Medium.AUDIO,
        priority: Priority = Priority.NORMAL,
    ) -> IMediaPort:
        """
        Bind a port pair.

        @param home: our address towards the peer: what to bind, and what the port says of
            itself.
        @param medium: what it will carry.
        @param priority: how what it sends is marked for the network (RFC 2474).

        @raise h323d.errors.ResourceUnavailable: no ports are left, or none that carry this.
        """

    def openMixer(observer: IMixerObserver, passes: bool = False) -> IMixer:
        """
        Make an empty mixer.

        @param passes: whether what two members say may pass as it is, where each is sent what the
            other speaks; levels and speakers are not reported then.
        """

    def openRelay(
        observer: IRelayObserver,
        homes: tuple[Home, Home],
        multiplexed: tuple[bool, bool] = (False, False),
        priority: Priority = Priority.NORMAL,
    ) -> IRelay:
        """
        Bind a port pair for each side.

        @param homes: for each side, our address towards it.
        @param multiplexed: for each side, whether it shares one port pair with all others of
            this kind (H.460.19), instead of having its own.
        @param priority: how what it sends is marked for the network (RFC 2474), but by a pair
            that is shared.

        @raise h323d.errors.ResourceUnavailable: no ports are left.
        """

    def supports(mediaFormat: MediaFormat) -> bool:
        """
        Whether a codec for C{mediaFormat} is loaded.
        """

    def figures() -> Mapping[str, float]:
        """
        How the media plane itself fares, for an operator to read, at most a
        second old: how many C{threads} mix, and of all of them together C{ports},
        C{relays}, C{rooms}, C{ticks}, C{lateTicks}, C{framesGivenUp} after stalls, and
        C{codecFailures}, C{busySeconds} of the processor, of which C{codecSeconds} are codecs'; the
        C{worstLateness} of any in the last second, in seconds.
        """

    def totals() -> MediaTotals:
        """As of the last surveys, of all ports that were ever open."""
