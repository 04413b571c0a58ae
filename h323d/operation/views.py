"""
How an operator sees calls, media, rooms and registrations: frozen values, of texts and
numbers only, and their one way to JSON (L{told}).

Doors read from these classes what there is to see; the tables of C{h323ctl} and the
documentation are held against them by tests.  What makes them of the server's objects is
L{h323d.operation.viewing}.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = [
    "AdmissionView",
    "BridgedView",
    "CallView",
    "CodecView",
    "DirectionView",
    "Ended",
    "LegView",
    "MediaView",
    "MemberView",
    "Originated",
    "ParticipantView",
    "QualityView",
    "ReceivedView",
    "Record",
    "RegistrationView",
    "RoomView",
    "RoutedView",
    "SentView",
    "Transferred",
    "Unregistered",
    "View",
    "told",
]

Record = Mapping[str, object]
"""A call detail record, in the form that it has everywhere (C{docs/reference/cdr.rst})."""


@dataclass(frozen=True, slots=True)
class View:
    """
    What an operator sees of one thing.

    A field that has a default is not told while it has it; all others always are.
    """


def told(seen: object) -> Any:
    """
    What is seen, ready for JSON: a view is an object of its fields' names.

    @return: C{dict}, C{list}, C{str}, numbers; Any, as JSON can say anything.
    """
    if isinstance(seen, View):
        fields = ((each, getattr(seen, each.name)) for each in dataclasses.fields(seen))
        return {each.name: told(value) for each, value in fields if value is not each.default}
    if isinstance(seen, Mapping):
        return {name: told(value) for name, value in seen.items()}
    if isinstance(seen, list | tuple):
        return [told(each) for each in seen]
    return seen


@dataclass(frozen=True, slots=True)
class LegView(View):
    """
    A leg of ours, without its media.

    @ivar direction: C{"incoming"} or C{"outgoing"}.
    @ivar peer: where its signalling comes from.
    """

    callId: str
    legId: str
    protocol: str
    direction: str
    calling: tuple[str, ...]
    called: tuple[str, ...]
    displayName: str
    peer: str
    state: str


@dataclass(frozen=True, slots=True)
class MediaView(View):
    """
    The sound of a leg.  What is not told here is as L{PortStatistics
    <h323d.call.media.PortStatistics>} has it.

    @ivar rtp: where we receive it.
    @ivar format: as we send it; C{None} while we do not, as C{remote} then is.
    @ivar remote: where we send it.
    @ivar encryption: by which algorithms it is encrypted, both ways, as SDP names them; C{None} if
        it is not.
    """

    rtp: str
    direction: str
    format: str | None
    remote: str | None
    encryption: str | None
    packetsReceived: int
    packetsLost: int
    packetsLate: int
    packetsRefused: int
    jitter: float
    bufferDepth: float
    delay: float
    concealed: int
    shifted: int
    packetsSent: int
    remoteLost: float | None
    remoteJitter: float | None
    roundTrip: float | None
    silence: float
    packetsExpected: int
    lostRuns: int
    octetsReceived: int
    octetsSent: int
    payloadType: int | None
    bufferTarget: float
    remoteDelay: float | None
    remoteDiscarded: float | None
    remoteMOS: float | None


@dataclass(frozen=True, slots=True)
class DirectionView(View):
    """
    How good the sound of one way is, over the last ten seconds; C{None} is what is not known yet.
    What is not told here is as L{DirectionQuality<h323d.values.quality.DirectionQuality>} has it.

    @ivar grade: C{"good"}, C{"fair"} or C{"poor"}: the worst of the others.
    @ivar scale: what C{mos} compares with: C{"narrowband"} or C{"wideband"}.
    @ivar isEstimated: whether nobody has published how the codec alone does on that.
    """

    grade: str | None
    mos: float | None
    scale: str | None
    isEstimated: bool
    loss: float | None
    delay: float | None
    jitter: float | None
    bitRate: float | None


@dataclass(frozen=True, slots=True)
class ReceivedView(DirectionView):
    """
    Of what we hear.
    """

    concealed: int | None
    silence: float | None


@dataclass(frozen=True, slots=True)
class SentView(DirectionView):
    """
    Of what the peer hears.
    """

    reported: float | None


@dataclass(frozen=True, slots=True)
class QualityView(View):
    """
    How good the sound of a leg is.

    @ivar grade: the worse of both.
    """

    grade: str | None
    received: ReceivedView
    sent: SentView


@dataclass(frozen=True, slots=True)
class ParticipantView(LegView):
    """
    A leg that is in a room.

    @ivar joined: how long its sound has been part of the room, in seconds; C{None} as long
        as it has not been.
    """

    room: str
    presence: str
    joined: float | None = None
    media: MediaView | None = None
    quality: QualityView | None = None


@dataclass(frozen=True, slots=True)
class BridgedView(LegView):
    """
    A leg that the gateway joins with another, of the same C{callId}.

    @ivar bridge: how far their call has come.
    @ivar sound: what there is of its own: C{"none yet"}, C{"flowing"} or C{"on hold"}.
    @ivar passing: whether the sound of both passes as it is, and is not transcoded.
    """

    bridge: str
    sound: str
    passing: bool
    media: MediaView | None = None
    quality: QualityView | None = None


@dataclass(frozen=True, slots=True)
class RoutedView(View):
    """
    A call whose signalling goes through us.

    @ivar callIdentifier: H.323's, in hexadecimal.
    @ivar target: where its signalling goes on to; C{None} until that is known.
    @ivar bandwidth: granted to the side that asked for most, in units of 100 bit/s; C{None}
        if none asked.
    @ivar used: what it is known to use, likewise.
    @ivar answered: how long ago, in seconds.
    """

    callId: str
    legId: str
    callIdentifier: str
    protocol: str
    model: str
    calling: tuple[str, ...]
    called: tuple[str, ...]
    displayName: str
    peer: str
    target: str | None
    bandwidth: int | None
    used: int | None
    state: str
    answered: float | None


@dataclass(frozen=True, slots=True)
class AdmissionView(View):
    """
    One side of a call between endpoints that the gatekeeper admitted.

    @ivar callId: H.323's call identifier, in hexadecimal.
    @ivar side: C{"calling"} or C{"called"}.
    @ivar bandwidth: granted, in units of 100 bit/s.
    @ivar used: what it is known to use, likewise.
    @ivar admitted: how long ago, in seconds.
    """

    callId: str
    protocol: str
    model: str
    side: str
    endpointId: str
    calling: tuple[str, ...]
    called: tuple[str, ...]
    peer: str
    bandwidth: int
    used: int | None
    admitted: float


CallView = LegView | ParticipantView | BridgedView | RoutedView | AdmissionView
"""All that counts as a call."""


@dataclass(frozen=True, slots=True)
class MemberView(View):
    """
    Who is in a room, as the room sees them.

    @ivar name: as they call themselves, or else the first of their addresses.
    @ivar role: what they may do there.
    @ivar voice: whether the others hear them.
    @ivar level: how loud they are, in dBov; C{None} while that is not known.
    """

    legId: str
    name: str
    displayName: str
    role: str
    presence: str
    voice: str
    level: float | None
    quality: QualityView | None = None


@dataclass(frozen=True, slots=True)
class RoomView(View):
    """
    An open room.

    @ivar open: for how long, in seconds.
    @ivar locked: whether nobody can join it but moderators.
    @ivar speaker: the C{legId} of who speaks.
    @ivar quality: the worst grade of anybody's sound in it; C{None} while none is known.
    """

    room: str
    open: float
    maxParticipants: int
    locked: bool
    speaker: str | None
    participants: tuple[MemberView, ...]
    quality: str | None = None


@dataclass(frozen=True, slots=True)
class RegistrationView(View):
    """
    A registered endpoint.

    @ivar source: where it registered from.
    @ivar timeToLive: in seconds.
    @ivar user: who has proved to be it; empty where nobody had to.
    @ivar roundTrips: seconds that the last answer of each of C{signalling} took, of SIP; C{None}
        for one that did not answer, or was not asked.
    """

    endpointId: str
    protocol: str
    kind: str
    aliases: tuple[str, ...]
    signalling: tuple[str, ...]
    source: str
    timeToLive: int
    product: str
    user: str
    roundTrips: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class CodecView(View):
    """
    A codec of the house, or one that is plugged in.

    @ivar name: as the configuration has it.
    @ivar encoding: as SDP has it, and the parameters that we offer.
    @ivar ways: which ways it is done on this machine: C{"both"}, or C{"none"}.
    @ivar loaded: whether the configuration has it loaded.
    @ivar library: what does the work.
    @ivar missing: why it is not to be had, and what to install.
    """

    name: str
    encoding: str
    ways: str
    loaded: bool
    library: str | None
    missing: str | None


@dataclass(frozen=True, slots=True)
class Originated(View):
    """
    A third-party call that is being made.

    @ivar callId: of all its legs.
    """

    callId: str


@dataclass(frozen=True, slots=True)
class Ended(View):
    """
    @ivar ended: legs that were hung up, and endpoints that were told to.
    """

    ended: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Transferred(View):
    """
    @ivar transferred: the C{callId} of the call of which a side was asked.
    """

    transferred: str


@dataclass(frozen=True, slots=True)
class Unregistered(View):
    """
    @ivar unregistered: the endpoint's identifier.
    """

    unregistered: str
