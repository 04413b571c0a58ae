"""
An endpoint's calls, as its gatekeeper admitted them: ARQ, BRQ and DRQ from the
endpoint's side (H.225.0, 7.11 to 7.13; H.323, 8.1).

It asks, remembers what was granted, reports as often as the gatekeeper wants
(IRR), and gives it back.  What a call is, and when it ends, is its owner's
business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.call.ways import Way
from h323d.errors import RemoteProtocolError
from h323d.h323.calls.admission import AdmissionGrant, AdmissionRequest
from h323d.h323.ras.clientasking import Answer, OurGatekeeper
from h323d.h323.ras.messages import Fields, reasonOf, usableAddresses
from h323d.h323.security.guarddata import saidOf
from h323d.h323.signalling.addresses import (
    aliasesFromParties,
    partiesFromAliases,
    transportFromValue,
    transportToValue,
)
from h323d.h323.signalling.causes import causeOfAdmissionReject
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause

__all__ = ["CallsOwner", "ClientCalls"]

MAX_OTHER_WAYS = 8  # that are tried, however many are told
_REGISTER_AGAIN = frozenset(("callerNotRegistered", "invalidEndpointIdentifier"))
_NORMAL = frozenset((Cause.NORMAL_CALL_CLEARING, Cause.NORMAL_UNSPECIFIED))


class CallsOwner(Protocol):
    """
    What the calls need of the client that owns them.
    """

    @property
    def here(self) -> OurGatekeeper | None:
        """Where we are registered; C{None} while we are not."""

    @property
    def preGranted(self) -> Fields:
        """Which calls need not be asked for (C{preGrantedARQ}); empty if all do."""

    @property
    def signalling(self) -> TransportAddress:
        """Our own call-signalling address."""

    def askAboutCall(
        self, name: str, fields: Fields, gatekeeper: OurGatekeeper | None = None
    ) -> Deferred[Answer]:
        """Ask a gatekeeper; ours, unless another is given."""

    def report(self, perCallInfo: list[Fields], gatekeeper: OurGatekeeper) -> None:
        """Send an IRR that nobody asked for."""

    def strangers(self, reason: str) -> None:
        """The gatekeeper does not know us any more."""


@dataclass(slots=True)
class _Call:
    """
    One side of a call.

    @ivar gatekeeper: who admitted it, and wants to know of it.
    @ivar usage: it wants to know when the call was answered, too.
    @ivar answered: that, in seconds of the clock; C{None} while it is not.
    """

    gatekeeper: OurGatekeeper
    request: AdmissionRequest
    bandwidth: int
    interval: float
    timer: Timer
    usage: bool = False
    answered: float | None = None

    def bandwidthDecided(self, answer: Answer) -> int:
        """
        @return: what the call may use now that its gatekeeper has answered, or is silent.
        """
        message = answer.message
        if message is not None and message.name == "bandwidthConfirm":
            self.bandwidth = int(message.fields["bandWidth"])
        return self.bandwidth

    def timesKnown(self, ended: float | None = None) -> Fields:
        """
        C{usageInformation}, as far as it is wanted and the call is answered.

        @param ended: when, in seconds of the clock; C{None} while it lasts.
        """
        if not self.usage or self.answered is None:
            return {}
        times: Fields = {"nonStandardUsageFields": [], "connectTime": _stamp(self.answered)}
        if ended is not None:
            times["endTime"] = _stamp(ended)
        return {"usageInformation": times}


class ClientCalls:
    """
    The calls that the gatekeeper admitted: an L{h323d.h323.calls.admission.Admitter}.
    """

    def __init__(self, owner: CallsOwner, clock: IReactorTime) -> None:
        """
        @param clock: runs the reports that a gatekeeper wants of each call.
        """
        self._owner = owner
        self._clock = clock
        self._calls: dict[tuple[bytes, bool], _Call] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def admit(self, request: AdmissionRequest) -> Deferred[AdmissionGrant]:
        """
        Ask whether a call may go on (ARQ).

        @return: fails with a L{RemoteProtocolError} if it may not, if nobody
            answers, or if we are not registered.
        """
        if self._owner.here is None:
            return fail(RemoteProtocolError(Cause.CALL_REJECTED, "not registered"))
        fields = _naming(request) | {
            "callType": ("pointToPoint", None),
            "srcInfo": aliasesFromParties(request.calling),
            "bandWidth": request.bandwidth,
            "activeMC": False,
            "answerCall": request.answerCall,
            "canMapAlias": True,
            "willSupplyUUIEs": False,
        }
        if said := saidOf(request.declaration):
            fields["genericData"] = list(said)
        granted = self._preGranted(request, self._owner.here)
        if granted is not None:
            return succeed(granted)
        called = aliasesFromParties(request.called)
        if called:
            fields["destinationInfo"] = called
        here = self._owner.signalling
        source = request.source or (None if request.answerCall else here)
        destination = request.destination or (here if request.answerCall else None)
        if source is not None:
            fields["srcCallSignalAddress"] = transportToValue(source)
        if destination is not None:
            fields["destCallSignalAddress"] = transportToValue(destination)
        answer = self._owner.askAboutCall("admissionRequest", fields)
        return answer.addCallback(self._decided, request)

    def _preGranted(self, request: AdmissionRequest, here: OurGatekeeper) -> AdmissionGrant | None:
        """
        What the gatekeeper granted beforehand: answering, and calling whose
        address is known.
        """
        granted = self._owner.preGranted
        if not granted.get("answerCall" if request.answerCall else "makeCall"):
            return None
        destination = self._owner.signalling if request.answerCall else request.destination
        routed = granted[
            "useGKCallSignalAddressTo" + ("Answer" if request.answerCall else "MakeCall")
        ]
        if destination is None or routed:  # where to signal, only the gatekeeper knows
            return None
        interval = granted.get("irrFrequencyInCall", 0)
        self._enter(_Call(here, request, request.bandwidth, interval, Timer(self._clock)))
        return AdmissionGrant((Way("h323", destination),))

    def changeBandwidth(self, request: AdmissionRequest, bandwidth: int) -> Deferred[int]:
        """
        Ask for more or less for an admitted call (BRQ).

        @return: what the call may use from now on.

        @raise KeyError: the call is not admitted.
        """
        call = self._calls[_keyOf(request)]
        fields = _naming(request) | {
            "bandWidth": bandwidth,
            "answeredCall": request.answerCall,
        }
        asked = self._owner.askAboutCall("bandwidthRequest", fields, call.gatekeeper)
        return asked.addCallback(call.bandwidthDecided)

    def answered(self, request: AdmissionRequest) -> None:
        """
        The call is answered now.  Ignored for one that is not admitted.
        """
        call = self._calls.get(_keyOf(request))
        if call is not None and call.answered is None:
            call.answered = self._clock.seconds()

    def disengage(self, request: AdmissionRequest, cause: Cause) -> None:
        """
        The call is over, or will not come to be: tell the gatekeeper (DRQ).
        Ignored for one that is not admitted.
        """
        call = self._remove(_keyOf(request))
        if call is None:
            return
        reason = "normalDrop" if cause in _NORMAL else "undefinedReason"
        fields = _naming(request) | {
            "disengageReason": (reason, None),
            "answeredCall": request.answerCall,
        }
        fields |= call.timesKnown(self._clock.seconds())
        self._owner.askAboutCall("disengageRequest", fields, call.gatekeeper)

    def dropped(self, call: bytes) -> tuple[AdmissionRequest, ...]:
        """
        The gatekeeper ends a call.

        @param call: its C{callIdentifier}.

        @return: the sides of it that we had.
        """
        keys = ((call, False), (call, True))
        removed = [self._remove(key) for key in keys]
        return tuple(each.request for each in removed if each is not None)

    def bandwidth(self, call: bytes) -> int | None:
        """
        What a call may use; C{None} if it is not admitted.
        """
        for key in ((call, False), (call, True)):
            if key in self._calls:
                return self._calls[key].bandwidth
        return None

    def forget(self, gatekeeper: OurGatekeeper) -> None:
        """
        That gatekeeper does not know us any more, nor what it admitted.
        """
        for key, call in tuple(self._calls.items()):
            if call.gatekeeper == gatekeeper:
                self._remove(key)

    def moved(self, before: OurGatekeeper, now: OurGatekeeper) -> None:
        """
        Another gatekeeper knows of what that one admitted.
        """
        for call in self._calls.values():
            if call.gatekeeper == before:
                call.gatekeeper = now

    def gatekeeperAt(self, host: str) -> OurGatekeeper | None:
        """
        The gatekeeper at a host that admitted any of them.
        """
        gatekeepers = (call.gatekeeper for call in self._calls.values())
        return next((gatekeeper for gatekeeper in gatekeepers if gatekeeper.ras.host == host), None)

    def close(self) -> None:
        """
        Forget them all; nobody is told.
        """
        for key in tuple(self._calls):
            self._remove(key)

    def described(self, call: bytes | None, gatekeeper: OurGatekeeper) -> list[Fields]:
        """
        C{perCallInfo} for an IRR.

        @param call: a C{callIdentifier}; C{None} for all calls that this
            gatekeeper admitted.
        """
        return [
            _perCallInfo(each)
            for (identifier, _), each in self._calls.items()
            if (each.gatekeeper == gatekeeper if call is None else identifier == call)
        ]

    def _enter(self, call: _Call) -> None:
        key = _keyOf(call.request)
        self._remove(key)
        self._calls[key] = call
        if call.interval:
            call.timer.start(call.interval, self._report, call)

    def _remove(self, key: tuple[bytes, bool]) -> _Call | None:
        call = self._calls.pop(key, None)
        if call is not None:
            call.timer.stop()
        return call

    def _report(self, call: _Call) -> None:
        call.timer.start(call.interval, self._report, call)
        self._owner.report([_perCallInfo(call)], call.gatekeeper)

    def _decided(self, answer: Answer, request: AdmissionRequest) -> AdmissionGrant:
        message, gatekeeper = answer
        if message is None or gatekeeper is None:
            raise RemoteProtocolError(Cause.NETWORK_OUT_OF_ORDER, "the gatekeeper is silent")
        if message.name != "admissionConfirm":
            reason = reasonOf(message)
            if reason in _REGISTER_AGAIN and gatekeeper == self._owner.here:
                self._owner.strangers(reason)
            raise RemoteProtocolError(causeOfAdmissionReject(reason), reason)
        fields = message.fields
        interval = fields.get("irrFrequency", 0)
        wanted = any("startTime" in each["required"] for each in fields.get("usageSpec", ()))
        timer = Timer(self._clock)
        self._enter(_Call(gatekeeper, request, fields["bandWidth"], interval, timer, wanted))
        routed = fields["callModel"][0] == "gatekeeperRouted"
        destination = transportFromValue(fields["destCallSignalAddress"])
        first = Way("h323", destination, partiesFromAliases(fields.get("destinationInfo", ())))
        return AdmissionGrant(
            (first, *_otherWays(fields)),
            gatekeeper.endpointIdentifier if routed else None,
            tuple(fields.get("tokens", ())),
        )


def _keyOf(request: AdmissionRequest) -> tuple[bytes, bool]:
    return request.identity.callIdentifier, request.answerCall


def _otherWays(fields: Fields) -> tuple[Way, ...]:
    """
    The C{alternateEndpoints} of an ACF that can be called, best first.
    """
    told = fields.get("alternateEndpoints", ())
    ways = [
        Way("h323", address, partiesFromAliases(each.get("aliasAddress", ())))
        for each in sorted(told, key=lambda each: int(each.get("priority", 0)))
        for address in usableAddresses(each.get("callSignalAddress", ()))
    ]
    return tuple(dict.fromkeys(ways))[:MAX_OTHER_WAYS]


def _naming(request: AdmissionRequest) -> Fields:
    return {
        "conferenceID": request.identity.conferenceID,
        "callReferenceValue": request.reference,
        "callIdentifier": {"guid": request.identity.callIdentifier},
    }


def _stamp(seconds: float) -> int:
    return max(1, round(seconds))  # H.235, TimeStamp


def _perCallInfo(call: _Call) -> Fields:
    return _naming(call.request) | {
        "originator": not call.request.answerCall,
        "h245": {},
        "callSignalling": {},
        "callType": ("pointToPoint", None),
        "bandWidth": call.bandwidth,
        "callModel": ("direct", None),
        "substituteConfIDs": [],
        **call.timesKnown(),
    }
