"""
Which calls are admitted (H.225.0, 7.11 to 7.13; H.323, 8.1).

An endpoint's side of a call is admitted by itself; the calling and the called
endpoint each have one admission, though it is one call.  This is the table; the
decision who may call whom is L{h323d.gatekeeper.ras.admitting}'s.

An admission ends when its endpoint says so, or is not registered any more.  Its bandwidth
ends with the call: while that goes through us, or is in a room of ours, we know better
than what is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.shares import UNSHARED, ShareRule, Shares
from h323d.events.bus import EventBus
from h323d.events.gatekeeper import (
    BandwidthChanged,
    BandwidthExceeded,
    CallUsageTold,
    RASAdmissionEnded,
    RASAdmissionGranted,
)
from h323d.gatekeeper.bandwidth import Bandwidth, Claim
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.routed.usage import Usage
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.cause import Cause

__all__ = [
    "CallAdmission",
    "AdmissionTable",
    "CallsHere",
    "NoBandwidth",
    "TooManyCalls",
]


class TooManyCalls(Exception):
    """
    The endpoint, or the gatekeeper, has as many calls as it may have.
    """


class NoBandwidth(Exception):
    """
    There is not enough left.

    @ivar allowed: how much there is, in units of 100 bit/s.
    """

    def __init__(self, allowed: int) -> None:
        super().__init__(allowed)
        self.allowed = allowed


@dataclass(frozen=True, slots=True)
class CallAdmission:
    """
    One side of one call.

    @ivar claim: whose, in which call.
    @ivar conferenceId: 16 octets.
    @ivar callReference: as the endpoint numbers it.
    @ivar bandwidth: granted, in units of 100 bit/s.
    @ivar source: where the endpoint asked from.
    @ivar destination: where it was told to send its Setup.
    @ivar calling: who calls, as the endpoint names them.
    @ivar called: who is called, likewise.
    @ivar model: C{"direct"} or C{"routed"}.
    @ivar hosts: where the endpoint's signalling may come from.
    @ivar since: when it was granted, in seconds of the clock.
    """

    claim: Claim
    conferenceId: bytes
    callReference: int
    bandwidth: int
    source: TransportAddress
    destination: TransportAddress
    calling: tuple[PartyAddress, ...] = ()
    called: tuple[PartyAddress, ...] = ()
    model: str = "direct"
    hosts: tuple[str, ...] = ()
    since: float = 0.0


class CallsHere(Protocol):
    """
    What goes through this server, or ends in it.
    """

    def holds(self, admission: CallAdmission) -> bool:
        """
        Whether the side of a call that an admission is for is here.
        """


class Nowhere:
    """
    L{CallsHere} where there are none.
    """

    def holds(self, admission: CallAdmission) -> bool:
        return False


class AdmissionTable:
    """
    The table.
    """

    def __init__(
        self,
        config: GatekeeperConfig,
        clock: IReactorTime,
        events: EventBus,
        bandwidth: Bandwidth,
        calls: CallsHere | None = None,
        rule: ShareRule = UNSHARED,
    ) -> None:
        """
        @param calls: knows which calls are here; none is, without it.
        @param rule: how many admissions one source may have.
        """
        self._config = config
        self._clock = clock
        self._events = events
        self._bandwidth = bandwidth
        self._calls: CallsHere = calls or Nowhere()
        self._lasting: dict[bytes, dict[Claim, None]] = {}  # that outlast their admissions
        self._shares = Shares(rule, "admissions")
        self._admissions: dict[Claim, CallAdmission] = {}
        self._byEndpoint: dict[str, dict[Claim, None]] = {}

    def __len__(self) -> int:
        return len(self._admissions)

    def __iter__(self) -> Iterator[CallAdmission]:
        return iter(tuple(self._admissions.values()))

    def reconfigure(self, config: GatekeeperConfig) -> None:
        """
        Other limits for whoever asks from now on; nobody loses what they have.
        """
        self._config = config
        self._bandwidth.reconfigure(config)

    def ofEndpoint(self, endpointId: str) -> tuple[CallAdmission, ...]:
        return tuple(self._admissions[each] for each in self._byEndpoint.get(endpointId, ()))

    def ofCall(self, call: bytes) -> tuple[CallAdmission, ...]:
        """
        The admitted sides of a call.
        """
        claims = self._bandwidth.claimsOf(call)
        return tuple(self._admissions[each] for each in claims if each in self._admissions)

    def knows(self, call: bytes) -> bool:
        """
        Whether any side of this call is admitted.
        """
        return any(each in self._admissions for each in self._bandwidth.claimsOf(call))

    def find(self, endpointId: str, call: bytes, answerCall: bool | None) -> CallAdmission | None:
        """
        @param answerCall: which side; C{None} takes either, for endpoints
            that do not tell.
        """
        sides = (False, True) if answerCall is None else (answerCall, not answerCall)
        for side in sides:
            admission = self._admissions.get(Claim(call, endpointId, side))
            if admission is not None:
                return admission
        return None

    def admit(self, wanted: CallAdmission) -> CallAdmission:
        """
        Enter an admission, or replace the one that is there.

        @param wanted: with the bandwidth that was asked for.

        @return: what was entered, perhaps with less bandwidth: what one call
            may have.

        @raise TooManyCalls: it would be one too many.
        @raise NoBandwidth: there is less left than one call may have.
        """
        claim = wanted.claim
        new = claim not in self._admissions
        if new and (
            len(self._admissions) >= self._config.maxCalls
            or not self._shares.mayTake(wanted.source.host, self._config.maxCalls)
            or len(self._byEndpoint.get(claim.endpointId, ())) >= self._config.maxCallsPerEndpoint
        ):
            raise TooManyCalls
        amount = self._bandwidth.counted(wanted.bandwidth)
        if not self._bandwidth.claim(claim, amount):
            raise NoBandwidth(self._bandwidth.allowed(claim))
        now = self._clock.seconds()
        granted = replace(wanted, bandwidth=amount, since=now)
        if not new:
            self._shares.giveBack(self._admissions[claim].source.host)
        self._shares.take(granted.source.host)
        self._admissions[claim] = granted
        self._byEndpoint.setdefault(claim.endpointId, {})[claim] = None
        self._events.publish(
            RASAdmissionGranted(
                now,
                claim.endpointId,
                claim.call.hex(),
                amount,
                claim.answerCall,
                granted.conferenceId.hex(),
                granted.source,
                granted.model,
                granted.destination,
                granted.calling,
                granted.called,
            )
        )
        self._tellExcess(granted, 0)
        return granted

    def allowed(self, admission: CallAdmission) -> int:
        """
        The most that an admitted call could have now, in units of 100 bit/s, what it has included.
        """
        return self._bandwidth.allowed(admission.claim)

    def changeBandwidth(self, admission: CallAdmission, amount: int) -> CallAdmission:
        """
        Give an admitted call more or less.

        @raise NoBandwidth: there is not so much; the call keeps what it has.
        """
        claim = admission.claim
        amount = max(amount, self._config.minimumBandwidthPerCall)
        allowed, excess = self._bandwidth.allowed(claim), self._excess(admission)
        if not self._bandwidth.claim(claim, amount):
            raise NoBandwidth(allowed)
        changed = replace(admission, bandwidth=amount)
        self._admissions[claim] = changed
        self._events.publish(
            BandwidthChanged(self._clock.seconds(), claim.endpointId, claim.call.hex(), amount)
        )
        self._tellExcess(changed, excess)
        return changed

    def observe(self, admission: CallAdmission, used: int) -> None:
        """
        An endpoint tells that its side of a call uses so much bandwidth.
        """
        excess = self._excess(admission)
        self._bandwidth.observe(admission.claim, used)
        self._tellExcess(admission, excess)

    def answered(self, admission: CallAdmission, at: float) -> None:
        """
        An endpoint tells that its side of a call was answered then, in seconds of the clock.
        """
        claim = admission.claim
        self._events.publish(
            CallUsageTold(
                self._clock.seconds(), claim.endpointId, claim.call.hex(), claim.answerCall, at
            )
        )

    def watch(self, call: bytes, usage: Usage | None) -> None:
        """
        The channels of a call that goes through us are seen to use so much.

        @param usage: C{None} if it does not go through us any more, and is in no room.
        """
        before = [(each, self._excess(each)) for each in self.ofCall(call)]
        if usage is None:
            self._bandwidth.watch(call, None, False)
            self._release(call)
        else:
            self._bandwidth.watch(call, usage.used, usage.complete)
        for admission, excess in before:
            self._tellExcess(admission, excess)

    def used(self, admission: CallAdmission) -> int | None:
        """
        What a side of a call is known to use, in units of 100 bit/s; C{None} if nothing is
        known.
        """
        return self._bandwidth.uses(admission.claim)

    def _excess(self, admission: CallAdmission) -> int:
        """
        What a side is known to use, if that is more than it was granted; else 0.
        """
        used = self.used(admission) or 0
        return used if used > admission.bandwidth else 0

    def _tellExcess(self, admission: CallAdmission, before: int) -> None:
        used = self._excess(admission)
        if used and used != before:
            claim = admission.claim
            self._events.publish(
                BandwidthExceeded(
                    self._clock.seconds(),
                    claim.endpointId,
                    claim.call.hex(),
                    admission.bandwidth,
                    used,
                )
            )

    def end(
        self, admission: CallAdmission, cause: Cause | None = None, disengaged: bool = False
    ) -> None:
        """
        The call is over, for that side.

        @param cause: why, if the endpoint told.
        @param disengaged: whether the endpoint said that it is.
        """
        claim = admission.claim
        ended = self._admissions.pop(claim, None)
        if ended is None:
            return
        self._shares.giveBack(ended.source.host)
        calls = self._byEndpoint[claim.endpointId]
        del calls[claim]
        if not calls:
            del self._byEndpoint[claim.endpointId]
        if self._calls.holds(admission):
            self._lasting.setdefault(claim.call, {})[claim] = None
        else:
            self._bandwidth.release(claim)
        self._events.publish(
            RASAdmissionEnded(
                self._clock.seconds(),
                claim.endpointId,
                claim.call.hex(),
                claim.answerCall,
                cause,
                disengaged,
            )
        )

    def _release(self, call: bytes) -> None:
        """
        A call is over: so is what outlasted its admissions.
        """
        for claim in self._lasting.pop(call, ()):
            if claim not in self._admissions:  # or it was asked for anew
                self._bandwidth.release(claim)

    def endAll(self, endpointId: str) -> None:
        """
        An endpoint has no calls any more, or is not registered.
        """
        for admission in self.ofEndpoint(endpointId):
            self.end(admission)
