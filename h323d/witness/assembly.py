"""
Makes call detail records out of facts.

One call is told of in up to two ways: by signalling that we see (C{Call...}
facts, by our own C{callId}), and by RAS (C{RASAdmission...} facts, by H.323's
call identifier), each side for itself.  They are one call if they have one
call identifier and the Setup comes from the host that was admitted for it:
nobody else can put a call of his into another's record.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime

from h323d.events.bus import EventBus
from h323d.events.calls import (
    CallAdmitted,
    CallAnswered,
    CallEnded,
    CallOffered,
    CallOriginated,
    CallRefused,
    CallRouted,
    SoundBegan,
    SoundEnded,
    SoundRated,
)
from h323d.events.gatekeeper import (
    BandwidthChanged,
    CallUsageTold,
    RASAdmissionEnded,
    RASAdmissionGranted,
    RASAdmissionRefused,
)
from h323d.events.rooms import ParticipantJoined, ParticipantLeft
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID
from h323d.witness.cdr import THIRD_PARTY, CallDetail
from h323d.witness.known import KnownCall
from h323d.witness.underway import FORGETFUL, CallInProgress, IJournal

__all__ = ["Assembly"]

LINGER = 5.0  # seconds that endpoints get to disengage once the signalling is over


class Assembly:
    """
    Listens, and hands out a record when a call is over.
    """

    def __init__(
        self,
        clock: IReactorTime,
        events: EventBus,
        begun: Callable[[CallInProgress], None],
        finished: Callable[[CallDetail], None],
        journal: IJournal = FORGETFUL,
    ) -> None:
        """
        @param begun: called with each call once it is decided where it goes, or that we
            make it, and with each that an endpoint is admitted to before that.
        @param finished: called with each record.
        @param journal: told of each call while it is not over.
        """
        self._clock = clock
        self._begun = begun
        self._finished = finished
        self._journal = journal
        self._calls = 0
        self._byCall: dict[CallID, KnownCall] = {}
        self._byIdentifier: dict[str, KnownCall] = {}
        self._subscriptions = (
            events.subscribe(CallOffered, self._offered),
            events.subscribe(CallOriginated, self._originated),
            events.subscribe(CallAdmitted, self._admitted),
            events.subscribe(CallRefused, self._refused),
            events.subscribe(CallRouted, self._routed),
            events.subscribe(CallAnswered, self._answered),
            events.subscribe(CallEnded, self._ended),
            events.subscribe(ParticipantJoined, self._joined),
            events.subscribe(ParticipantLeft, self._left),
            events.subscribe(SoundBegan, self._heard),
            events.subscribe(SoundEnded, self._left),
            events.subscribe(SoundRated, self._rated),
            events.subscribe(RASAdmissionGranted, self._granted),
            events.subscribe(RASAdmissionRefused, self._notGranted),
            events.subscribe(RASAdmissionEnded, self._disengaged),
            events.subscribe(BandwidthChanged, self._bandwidthChanged),
            events.subscribe(CallUsageTold, self._usageTold),
        )

    def __len__(self) -> int:
        """
        How many calls are not over.
        """
        return len(self._open())

    def close(self) -> None:
        """
        Hand out records of those calls that are not over, and listen no more.
        """
        for subscription in self._subscriptions:
            subscription.end()
        for call in self._open():
            self._finish(call)

    def _open(self) -> list[KnownCall]:
        calls = (*self._byCall.values(), *self._byIdentifier.values())
        return list({id(call): call for call in calls}.values())

    def _new(self, call: KnownCall) -> KnownCall:
        self._calls += 1
        call.number = self._calls
        return call

    # Signalling that we see.

    def _offered(self, fact: CallOffered) -> None:
        call = self._byIdentifier.get(fact.callIdentifier)
        if call is None or call.callId is not None or not _admittedFrom(call, fact.peer.host):
            call = self._new(
                KnownCall(fact.at, fact.protocol, fact.callIdentifier, fact.conferenceId)
            )
            if fact.callIdentifier:
                self._byIdentifier.setdefault(fact.callIdentifier, call)
        call.callId = fact.callId
        call.signalled = True
        call.answered = None  # whatever its endpoints have told: now we see it ourselves
        call.callingPeer = fact.peer
        call.caller = fact.legId
        call.legs.add(fact.legId)
        self._byCall[fact.callId] = call
        self._journal.changed(call.number, call)

    def _originated(self, fact: CallOriginated) -> None:
        call = self._byCall.get(fact.callId)
        if call is None:
            call = self._new(
                KnownCall(fact.at, fact.protocol, "", "", fact.callId, fact.legId, THIRD_PARTY)
            )
            call.signalled = True
            call.called = fact.called
            self._byCall[fact.callId] = call
        elif fact.origin is not None:
            if fact.origin == call.first and not call.calling:
                # Whom we called has answered, and counts as who calls the other.
                call.calling, call.called, call.answered = call.called, fact.called, None
            call.onward[fact.legId] = None
        if fact.callIdentifier:
            call.others.add(fact.callIdentifier)
            self._byIdentifier.setdefault(fact.callIdentifier, call)
        call.legs.add(fact.legId)
        self._tellBegun(call, fact.at)
        self._journal.changed(call.number, call)

    def _admitted(self, fact: CallAdmitted) -> None:
        call = self._byCall.get(fact.callId)
        if call is not None:
            call.calling, call.called = fact.calling, fact.called
            self._journal.changed(call.number, call)

    def _routed(self, fact: CallRouted) -> None:
        call = self._byCall.get(fact.callId)
        if call is None:
            return
        call.model = call.model if call.first is not None else fact.model
        call.calledPeer = fact.peer
        if fact.onward in call.onward:
            call.onward[fact.onward] = fact.peer
        if fact.peer is None:
            call.room = fact.target
        else:
            call.calledEndpoint = fact.target
        self._tellBegun(call, fact.at)
        self._journal.changed(call.number, call)

    def _tellBegun(self, call: KnownCall, at: float) -> None:
        if call.begun is None:
            call.begun = at
            self._begun(call)

    def _joined(self, fact: ParticipantJoined) -> None:
        call = self._byCall.get(fact.callId)
        if call is not None:
            call.room = fact.roomId
            call.encoding = fact.encoding
            self._journal.changed(call.number, call)

    def _heard(self, fact: SoundBegan) -> None:
        call = self._byCall.get(fact.callId)
        if call is not None and fact.legId in (call.caller, call.first):
            call.encoding = fact.encoding

    def _left(self, fact: ParticipantLeft | SoundEnded) -> None:
        call = self._byCall.get(fact.callId)
        if call is not None:
            call.sound = fact.sound if call.sound is None else call.sound.together(fact.sound)

    def _rated(self, fact: SoundRated) -> None:
        call = self._byCall.get(fact.callId)
        if call is not None:
            call.quality = call.quality.together(fact.quality)

    def _answered(self, fact: CallAnswered) -> None:
        call = self._byCall.get(fact.callId)
        if call is None:
            return
        call.calledPeer = call.onward.pop(fact.legId, None) or call.calledPeer
        if call.answered is None:
            call.answered = fact.at
            self._journal.changed(call.number, call)

    def _refused(self, fact: CallRefused) -> None:
        call = self._byCall.get(fact.callId)
        if call is not None:
            call.refused = True
            call.reason = fact.reason
            self._legOver(call, fact.legId, fact.at, fact.cause, "server")

    def _ended(self, fact: CallEnded) -> None:
        call = self._byCall.get(fact.callId)
        if call is not None:
            self._legOver(call, fact.legId, fact.at, fact.cause, fact.releasedBy)

    def _legOver(
        self, call: KnownCall, legId: LegID, at: float, cause: Cause, releasedBy: str
    ) -> None:
        if legId not in call.onward:
            call.end(at, cause, releasedBy)
        call.onward.pop(legId, None)
        call.legs.discard(legId)
        if call.legs:
            return
        if not call.sides:
            self._finish(call)
        elif call.linger is None:
            call.linger = self._clock.callLater(LINGER, self._finish, call)
            self._journal.changed(call.number, call)

    # Admissions.

    def _granted(self, fact: RASAdmissionGranted) -> None:
        call = self._byIdentifier.get(fact.callIdentifier)
        if call is None:
            call = self._new(KnownCall(fact.at, "h323", fact.callIdentifier, fact.conferenceId))
            self._byIdentifier[fact.callIdentifier] = call
        isNew = not call.admissions
        side = (fact.endpointId, fact.answerCall)
        if side not in call.sides:
            call.admissions += 1
        call.sides[side] = fact.source.host
        call.bandwidth = max(call.bandwidth, fact.bandwidth)
        call.model = call.model or fact.model
        if fact.answerCall:
            call.calledEndpoint = fact.endpointId
            call.calledPeer = call.calledPeer or fact.destination
        else:
            call.callingEndpoint = fact.endpointId
            call.callingPeer = call.callingPeer or fact.source
            call.calledPeer = call.calledPeer or fact.destination
        call.calling = call.calling or fact.calling
        call.called = call.called or fact.called
        if isNew and not call.signalled:
            self._begun(call)
        self._journal.changed(call.number, call)

    def _notGranted(self, fact: RASAdmissionRefused) -> None:
        if not fact.endpointId:
            return  # of strangers no records are kept: they could fill a disk with them
        if fact.callIdentifier in self._byIdentifier:
            return  # the call lasts; its record says that one side was admitted
        call = KnownCall(fact.at, "h323", fact.callIdentifier, "", refused=True, reason=fact.reason)
        call.callingPeer = fact.source
        call.callingEndpoint = fact.endpointId
        call.calling, call.called = fact.calling, fact.called
        call.end(fact.at, None, "server")
        self._finished(call.detail())

    def _disengaged(self, fact: RASAdmissionEnded) -> None:
        call = self._byIdentifier.get(fact.callIdentifier)
        if call is None or call.sides.pop((fact.endpointId, fact.answerCall), None) is None:
            return
        others = [endpointId for endpointId, answerCall in call.sides if answerCall]
        if fact.answerCall and others:  # of several that were called, one has left
            call.calledEndpoint = others[-1]
        if not call.signalled:
            who = "called" if fact.answerCall else "calling"
            call.end(fact.at, fact.cause, who if fact.disengaged else "server")
        if not call.sides and not call.legs:
            self._finish(call)

    def _bandwidthChanged(self, fact: BandwidthChanged) -> None:
        call = self._byIdentifier.get(fact.callIdentifier)
        if call is not None:
            call.bandwidth = max(call.bandwidth, fact.bandwidth)
            self._journal.changed(call.number, call)

    def _usageTold(self, fact: CallUsageTold) -> None:
        call = self._byIdentifier.get(fact.callIdentifier)
        # A call that we saw ourselves, we know better; one side has as good a clock as the other.
        if call is None or call.signalled or call.answered is not None:
            return
        if (fact.endpointId, fact.answerCall) in call.sides:
            call.answered = max(fact.answered, call.offered)
            self._journal.changed(call.number, call)

    def _finish(self, call: KnownCall) -> None:
        if call.linger is not None and call.linger.active():
            call.linger.cancel()
        if call.callId is not None:
            del self._byCall[call.callId]
        for identifier in (call.callIdentifier, *sorted(call.others)):
            if self._byIdentifier.get(identifier) is call:
                del self._byIdentifier[identifier]
        self._journal.over(call.number)
        self._finished(call.detail())


def _admittedFrom(call: KnownCall, host: str) -> bool:
    """
    Whether somebody at that host was admitted to make this call.
    """
    return any(source == host for (_, answerCall), source in call.sides.items() if not answerCall)
