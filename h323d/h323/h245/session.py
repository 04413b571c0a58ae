"""
The H.245 session of one call: ITU-T H.245 as H.323 uses it (H.323, 8.2 to 8.5).

It owns the signalling entities of the call, gives each decoded message to the
one that it is for, and ties them together: roles and capabilities first,
channels after.  It is not a transport: its owner encodes what
L{H245Owner.sendControl} is given, then tunnels it or writes it to the H.245
channel.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from twisted.internet.interfaces import IReactorTime

from h323d.h323.calls.faststart import FastConnection
from h323d.h323.h245.answers import answerTo
from h323d.h323.h245.bandwidth import ChannelJudge
from h323d.h323.h245.bidirectional import BidirectionalChannels
from h323d.h323.h245.capabilities.kinds import Kind
from h323d.h323.h245.capabilities.table import KINDS, RemoteCapabilities, capabilitySet
from h323d.h323.h245.conversation import hasStarted, isOpen, newConversation
from h323d.h323.h245.digits import ControlDigits
from h323d.h323.h245.liveness import Liveness
from h323d.h323.h245.media import MediaPlaces, SessionMedia
from h323d.h323.h245.messages import Choice, Fields, Message, command
from h323d.h323.h245.modes import Modes
from h323d.h323.h245.msdse import MSDRole
from h323d.h323.h245.negotiation import Negotiation
from h323d.h323.h245.owner import H245Failure, H245Owner
from h323d.h323.h245.settling import settled
from h323d.h323.h245.telling import newTelling
from h323d.tracing import stateName
from h323d.values.media.digits import DigitMethod
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile

__all__ = ["H245Failure", "H245Owner", "H245Session", "Message"]

FOR_PICTURES = ("videoFastUpdatePicture", "videoFastUpdateGOB", "videoFastUpdateMB")


class H245Session:
    """
    One call's H.245.  Every method may be called at every time; what comes too
    late is ignored.
    """

    def __init__(
        self,
        owner: H245Owner,
        clock: IReactorTime,
        rng: random.Random,
        terminalType: int,
        profile: MediaProfile,
        places: MediaPlaces,
        kinds: tuple[Kind, ...] = KINDS,
        judge: ChannelJudge | None = None,
    ) -> None:
        """
        @param owner: the leg.
        @param clock: runs the timers of the entities.
        @param rng: draws the numbers of the master-slave determination.
        @param terminalType: ours: 50 for a terminal, 60 for a gateway, 160 to
            190 for an MCU (H.323, table 1).
        @param profile: what may be sent and received.
        @param places: where we receive it.
        @param kinds: the kinds of media that may be spoken of.
        @param judge: says how much the channels may need; C{None} if nobody minds.
        """
        self._owner = owner
        self._wanted = profile
        self._remote: RemoteCapabilities | None = None
        self._profile = profile = settled(profile, {}, None)
        self._kinds = kinds
        self._conversation = newConversation(self, clock)
        self._inbox: deque[Message] = deque()
        self._taking = False
        self._negotiation = Negotiation(self, clock, rng, terminalType, kinds)
        self._telling = newTelling(self, clock)
        self._media = SessionMedia(owner, clock, profile, places, kinds, judge)
        self._bidirectional = BidirectionalChannels(owner, clock)
        self._modes = Modes(owner, clock, profile, kinds, self._media)
        self._digits = ControlDigits(owner, clock)
        self._liveness = Liveness(owner, clock)

    @property
    def role(self) -> MSDRole | None:
        """
        Whether we are master or slave; C{None} until it is determined.
        """
        return self._negotiation.role

    @property
    def bitRate(self) -> int:
        """
        Bit/s that its channels need, both directions together.
        """
        return self._media.bitRate

    @property
    def states(self) -> dict[str, str]:
        """
        How far it has come, and the state of each entity, for an operator to read.
        """
        return {
            "session": stateName(self._conversation),
            **self._liveness.states,
            **self._negotiation.states,
            **self._modes.states,
            **self._media.states,
        }

    def start(self, openChannels: bool = True) -> None:
        """
        Send our capabilities and begin the master-slave determination, both at
        once.  Before this, the session answers, but asks nothing itself.

        @param openChannels: C{False} while fast connect is undecided, beside
            which no channels may be opened (H.323, 8.2.4); L{openChannels} follows.
        """
        if openChannels:
            self._conversation.start()
        else:
            self._conversation.startBesideFastConnect()

    def openChannels(self) -> None:
        """
        Fast connect is decided: open what it has not opened.
        """
        self._conversation.openChannels()

    def received(self, message: Message) -> None:
        """
        Take a decoded C{MultimediaSystemControlMessage}; also before L{start}.
        """
        self._inbox.append(message)
        if self._taking:  # the owner got it while we were sending: in its turn
            return
        self._taking = True
        try:
            while self._inbox:
                self._take(self._inbox.popleft())
        finally:
            self._taking = False

    def adoptFastStart(self, connection: FastConnection) -> None:
        """
        Own the channels that fast connect opened, so that they can be closed
        and replaced.  They are not reported: the leg knows them; but changes
        are, as when the peer's capabilities name a telephone-event type.  A
        direction that H.245 has opened already stays as it is.
        """
        if self._open:
            opened = {each.medium: each.spoken for each in connection.channels}
            spoken = {**opened, **self._media.spoken}
            self._settle(spoken)
            self._media.adopt(connection)

    def sendDigit(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        """
        @param digit: one of C{0-9 * # A-D}, or a hook flash, C{!}.
        @param milliseconds: how long it is pressed; for C{H245_SIGNAL}.
        @param method: C{H245_ALPHANUMERIC} or C{H245_SIGNAL}; others are not
            for H.245 to send, and are ignored.
        """
        if self._open:
            self._digits.send(digit, milliseconds, method)

    def changeProfile(self, profile: MediaProfile) -> None:
        """
        Negotiate anew.  Channels that still suit stay open.  A direction that
        does not receive holds the peer, one that does not send closes our
        channel.
        """
        if not self._open:
            return
        self._wanted = profile
        self._speak(settled(profile, self._media.spoken, self._remote, isChange=True))
        if hasStarted(self._conversation) and self._media.wantsAnother:
            self._modes.ask(self._profile)

    def _settle(self, spoken: Mapping[Medium, MediaFormat | None]) -> None:
        profile = settled(self._wanted, spoken, self._remote)
        if profile != self._profile:
            self._speak(profile)

    def _speak(self, profile: MediaProfile) -> None:
        before = self.localCapabilities(0)
        self._profile = profile
        if self.localCapabilities(0) != before:
            self._conversation.capabilitiesChanged()
        self._media.changeProfile(profile)

    def end(self) -> None:
        """
        Close our channel and send C{endSessionCommand}; C{h245Ended} follows
        when the peer answers it, 3 seconds later at the latest.
        """
        self._conversation.end()

    def stop(self) -> None:
        """
        Cancel every timer, and report and send nothing from now on: the
        channel is gone.
        """
        self._conversation.stop()

    @property
    def _open(self) -> bool:
        return isOpen(self._conversation)

    # ConversationOwner

    def isRoleSettled(self) -> bool:
        return self.role is not None

    def beginEntities(self) -> None:
        self._liveness.start()
        self._negotiation.start()

    def tellCapabilities(self) -> None:
        self._telling.tell()

    def negotiateAnew(self) -> None:
        self._negotiation.start()

    def allowChannels(self) -> None:
        self._media.allow()

    def releaseChannels(self) -> None:
        self._media.release()

    def sendEnd(self) -> None:
        self.send(command("endSessionCommand", ("disconnect", None)))

    def ended(self) -> None:
        self._owner.h245Ended()

    def stopEntities(self) -> None:
        self._inbox.clear()
        self._liveness.stop()
        self._telling.stop()
        self._negotiation.stop()
        self._media.stop()
        self._modes.stop()
        self._digits.stop()

    # TellingOwner

    def wantsMedia(self) -> bool:
        return any(each.direction.receives for each in self._profile.media)

    def isSentMedia(self) -> bool:
        return self._media.isReceiving

    def transfer(self) -> None:
        self._negotiation.tell()

    # NegotiationOwner

    def send(self, message: Message) -> None:
        self._owner.sendControl(message)

    def localCapabilities(self, sequenceNumber: int) -> Fields:
        return capabilitySet(self._profile, sequenceNumber, self._kinds)

    def roleSettled(self) -> None:
        self._conversation.roleSettled()

    def roleUnsettled(self) -> None:
        self._owner.h245Failed(H245Failure.NO_ROLE)

    def peerCan(self, remote: RemoteCapabilities, takesBack: bool) -> None:
        self._owner.h245RemoteCapabilities(remote)
        if takesBack:
            self._conversation.takenBack()
        if not remote.isEmpty:
            self._remote = remote
            self._settle(self._media.spoken)
        self._media.peerCan(remote)

    def capabilitiesRefused(self) -> None:
        # Equipment older than version 2 does not know the empty set.
        if self.wantsMedia():
            self._owner.h245Failed(H245Failure.NO_CAPABILITIES)

    # What the peer sends.

    def _take(self, message: Message) -> None:
        kind, (name, fields) = message
        if kind == "command" and name == "endSessionCommand":
            self._conversation.peerEnds()
        elif self._open:
            self._liveness.heard()
            taker = _TAKER.get((kind, name))
            if taker is not None:
                taker(self)(fields)
            else:
                answer = answerTo(message, self._profile, self._kinds)
                if answer is not None:
                    self.send(answer)

    def _openLogicalChannel(self, fields: Fields) -> None:
        if "reverseLogicalChannelParameters" in fields:
            self._bidirectional.openLogicalChannel(fields)
        else:
            self._media.openLogicalChannel(fields)

    def _closeLogicalChannel(self, fields: Fields) -> None:
        self._media.closeLogicalChannel(fields)
        if not self._media.isReceiving:
            self._telling.ceased()

    def _miscellaneousCommand(self, fields: Any) -> None:
        if fields["type"][0] in FOR_PICTURES:
            self._owner.h245PictureWanted()

    def _sendTerminalCapabilitySet(self, value: Choice) -> None:
        self._conversation.capabilitiesChanged()

    def _functionNotUnderstood(self, value: Choice) -> None:
        if value[0] == "request" and value[1][0] == "roundTripDelayRequest":
            self._liveness.notUnderstood()

    def _ignore(self, fields: Any) -> None:
        """
        What needs no answer: it withdraws what we have answered already.
        """


_TAKERS: dict[str, dict[str, str]] = {
    "request": {
        "masterSlaveDetermination": "_negotiation.masterSlaveDetermination",
        "terminalCapabilitySet": "_negotiation.terminalCapabilitySet",
        "openLogicalChannel": "_openLogicalChannel",
        "closeLogicalChannel": "_closeLogicalChannel",
        "requestChannelClose": "_media.requestChannelClose",
        "requestMode": "_modes.requestMode",
        "roundTripDelayRequest": "_liveness.roundTripDelayRequest",
    },
    "response": {
        "masterSlaveDeterminationAck": "_negotiation.masterSlaveDeterminationAck",
        "masterSlaveDeterminationReject": "_negotiation.masterSlaveDeterminationReject",
        "terminalCapabilitySetAck": "_negotiation.terminalCapabilitySetAck",
        "terminalCapabilitySetReject": "_negotiation.terminalCapabilitySetReject",
        "openLogicalChannelAck": "_media.openLogicalChannelAck",
        "openLogicalChannelReject": "_media.openLogicalChannelReject",
        "closeLogicalChannelAck": "_media.closeLogicalChannelAck",
        "requestChannelCloseAck": "_media.requestChannelCloseAck",
        "requestChannelCloseReject": "_media.requestChannelCloseReject",
        "requestModeAck": "_modes.requestModeAck",
        "requestModeReject": "_modes.requestModeReject",
        "roundTripDelayResponse": "_liveness.roundTripDelayResponse",
    },
    "command": {
        "sendTerminalCapabilitySet": "_sendTerminalCapabilitySet",
        "miscellaneousCommand": "_miscellaneousCommand",
    },
    "indication": {
        "masterSlaveDeterminationRelease": "_negotiation.masterSlaveDeterminationRelease",
        "terminalCapabilitySetRelease": "_negotiation.terminalCapabilitySetRelease",
        "requestModeRelease": "_modes.requestModeRelease",
        "requestChannelCloseRelease": "_ignore",
        "openLogicalChannelConfirm": "_ignore",
        "functionNotUnderstood": "_functionNotUnderstood",
        "userInput": "_digits.userInput",
    },
}
"""
Which entity of a session each message is for.
"""

_TAKER: dict[tuple[str, str], Callable[[H245Session], Callable[[Any], None]]] = {
    (kind, name): attrgetter(taker) for kind, row in _TAKERS.items() for name, taker in row.items()
}
# Any: the argument is an ASN.1 value.  For all sessions: of methods bound beforehand, each
# session would have a net for the garbage collector.
