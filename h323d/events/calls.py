"""
What happens to a call, whatever protocol its legs speak.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.events.bus import Fact
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID
from h323d.values.quality import CallQuality
from h323d.values.sound import Sound

__all__ = [
    "CallAdmitted",
    "CallAlerting",
    "CallAnswered",
    "CallEnded",
    "CallOffered",
    "CallOriginated",
    "CallPreempted",
    "CallRefused",
    "CallRouted",
    "CallTransferred",
    "DigitReceived",
    "PictureWanted",
    "SoundBegan",
    "SoundEnded",
    "SoundRated",
]


@dataclass(frozen=True, slots=True)
class CallOffered(Fact):
    """
    A peer asked for a call.

    @ivar protocol: C{"h323"} or C{"sip"}.
    @ivar peer: where the signalling came from.
    @ivar callIdentifier: the H.323 call identifier, in hexadecimal; empty for
        other protocols.
    @ivar conferenceId: the H.323 conference identifier, likewise.
    """

    callId: CallID
    legId: LegID
    protocol: str
    peer: TransportAddress
    callIdentifier: str = ""
    conferenceId: str = ""


@dataclass(frozen=True, slots=True)
class CallOriginated(Fact):
    """
    We call somebody.

    @ivar protocol: C{"h323"} or C{"sip"}.
    @ivar origin: the leg on whose behalf: one whose caller is called on, or one that we have
        called ourselves and that has answered; C{None} if only the operator said so.
    @ivar callIdentifier: of a call on behalf of a caller, or of a council, the H.323 call
        identifier of this leg, in hexadecimal; empty for other protocols.
    """

    callId: CallID
    legId: LegID
    protocol: str
    calling: tuple[PartyAddress, ...]
    called: tuple[PartyAddress, ...]
    origin: LegID | None = None
    callIdentifier: str = ""


@dataclass(frozen=True, slots=True)
class CallAdmitted(Fact):
    """
    Every policy let the call pass, with these names of its parties.  A call
    whose caller left before that is only told of as ended.

    @ivar restricted: whether the caller does not want to be known to the called party.
    """

    callId: CallID
    legId: LegID
    calling: tuple[PartyAddress, ...] = ()
    called: tuple[PartyAddress, ...] = ()
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class CallRouted(Fact):
    """
    It is decided where a call goes.  One whose first way fails is told of
    again.

    @ivar model: C{"conference"} (or another destination of legs, by its name)
        where it ends here; C{"routed"} where its signalling passes through us,
        C{"proxied"} where its media does too.
    @ivar target: the room; the endpoint identifier of the called side, as far
        as it is registered.
    @ivar peer: where the signalling goes; C{None} where it ends here.
    @ivar onward: the leg that goes there, where it goes on by one of ours: there may be several
        at the same time, and the one that is answered is the call's.
    """

    callId: CallID
    legId: LegID
    model: str
    target: str
    peer: TransportAddress | None = None
    onward: LegID | None = None


@dataclass(frozen=True, slots=True)
class CallRefused(Fact):
    """
    A policy or the routing said no.

    @ivar reason: our own word for it, such as C{"noRoute"}.
    """

    callId: CallID
    legId: LegID
    cause: Cause
    reason: str


@dataclass(frozen=True, slots=True)
class CallAlerting(Fact):
    """
    A called party is told: it rings there.

    @ivar legId: our leg to it; of a call that is routed, the call's.
    """

    callId: CallID
    legId: LegID


@dataclass(frozen=True, slots=True)
class CallAnswered(Fact):
    """
    A leg of the call was answered.
    """

    callId: CallID
    legId: LegID


@dataclass(frozen=True, slots=True)
class CallEnded(Fact):
    """
    A leg of the call is gone.

    @ivar releasedBy: C{"calling"}, C{"called"} or C{"server"}.
    """

    callId: CallID
    legId: LegID
    cause: Cause
    releasedBy: str = "server"


@dataclass(frozen=True, slots=True)
class CallPreempted(Fact):
    """
    A call gives way to a graver one, and is being ended.

    @ivar legId: its leg; the call's own identifier, where it goes on elsewhere.
    @ivar terminalId: whose it is, by the registry of guardians.
    @ivar by: the other call, likewise.
    @ivar byTerminalId: whose that is.
    @ivar what: that the other lacked: C{"seat"} or C{"bandwidth"}.
    """

    legId: str
    terminalId: str
    by: str
    byTerminalId: str
    what: str


@dataclass(frozen=True, slots=True)
class CallTransferred(Fact):
    """
    A leg goes on in another call, as the other party of its call has asked; in this one, it is
    over.

    @ivar onward: the other call.
    @ivar onwardLeg: the leg, as that call has it.
    """

    callId: CallID
    legId: LegID
    onward: CallID
    onwardLeg: LegID


@dataclass(frozen=True, slots=True)
class DigitReceived(Fact):
    """
    A participant pressed a key; which one is not told, because it may be part
    of a secret.

    @ivar method: the value of a C{DigitMethod}.
    """

    callId: CallID
    legId: LegID
    method: str


@dataclass(frozen=True, slots=True)
class PictureWanted(Fact):
    """
    A party wants a whole picture, as it has lost some of one (RFC 5168, or H.245's
    C{videoFastUpdatePicture}).
    """

    callId: CallID
    legId: LegID


@dataclass(frozen=True, slots=True)
class SoundBegan(Fact):
    """
    A leg of a call that went on from here has sound, for the first time.

    @ivar encoding: what it is sent, as in C{"PCMU/8000"}; C{"none"} if nothing.
    """

    callId: CallID
    legId: LegID
    encoding: str


@dataclass(frozen=True, slots=True)
class SoundEnded(Fact):
    """
    It has no more, as it is over.

    @ivar sound: how it came through.
    """

    callId: CallID
    legId: LegID
    sound: Sound


@dataclass(frozen=True, slots=True)
class SoundRated(Fact):
    """
    How good the sound of a leg was, in a room or in a call that went on from here, when it is over.
    Nothing is told of one that lasted a few seconds only.
    """

    callId: CallID
    legId: LegID
    quality: CallQuality
