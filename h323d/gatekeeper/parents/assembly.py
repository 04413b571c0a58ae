"""
All parents of a zone, and which of our calls one of them has to admit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from twisted.internet.defer import Deferred, fail, succeed
from twisted.logger import Logger

from h323d.call.parts import Change, Commit, Part
from h323d.errors import ConfigurationError, RemoteProtocolError, ResourceUnavailable
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.context import ZoneContext
from h323d.gatekeeper.parents.config import ParentConfig
from h323d.gatekeeper.parents.parent import Parent
from h323d.gatekeeper.security.passwords import passwordIn
from h323d.h323.calls.admission import AdmissionGrant, AdmissionRequest
from h323d.values.cause import Cause

__all__ = ["ClearsCalls", "Parents"]


class ClearsCalls(Protocol):
    """
    Who has the calls: the zone.
    """

    def clear(self, callIdentifier: bytes, cause: Cause) -> None:
        """End one, as far as it is here."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """
    A parent as it is configured, and its password as it was read.
    """

    config: ParentConfig
    password: str = field(repr=False)


@dataclass(slots=True)
class _Admitted:
    """
    A side of a call that a parent has admitted.

    @ivar bandwidth: what it was asked for last, in units of 100 bit/s.
    """

    parent: Parent
    request: AdmissionRequest
    bandwidth: int


class Parents(Part[GatekeeperConfig]):
    """
    Those that are configured, once this is started; an
    L{Admitter<h323d.h323.calls.admission.Admitter>} of the calls that they send, and of those
    that go to them.
    """

    _log = Logger()

    def __init__(self, config: GatekeeperConfig, context: ZoneContext, calls: ClearsCalls) -> None:
        """
        @raise h323d.errors.ConfigurationError: the file of a password cannot be used, or one of
            them is ourselves.
        """
        self._context = context
        self._calls = calls
        self._wanted = self._wantedBy(config.parents)
        self._parents: dict[str, Parent] = {}
        self._leaving: dict[Parent, None] = {}
        self._admitted: dict[tuple[bytes, bool], _Admitted] = {}

    def __iter__(self) -> Iterator[Parent]:
        return iter(tuple(self._parents.values()))

    # The life of a part.

    def start(self) -> None:
        for each in self._wanted:
            self._seek(each)

    def prepare(self, config: GatekeeperConfig) -> Commit:
        """
        Passwords are read anew, whatever else has changed.
        """
        return Change(self, self._wantedBy(config.parents))

    def reconfigure(self, wanted: Sequence[_Wanted]) -> None:
        """
        Leave those that are not wanted any more, or not so, and register with others.
        """
        self._wanted = tuple(wanted)
        for parent in self:
            if _Wanted(parent.config, parent.password) not in wanted:
                del self._parents[parent.name]
                self._leaving[parent] = None
                parent.leave()
        for each in wanted:
            if each.config.name not in self._parents:
                self._seekOrTell(each)

    def close(self) -> Deferred[None]:
        """
        Leave all, whose answers nobody waits for.
        """
        for parent in self:
            parent.leave()
        for parent in (*self, *self._leaving):
            parent.close()
        self._parents.clear()
        self._leaving.clear()
        return succeed(None)

    def _wantedBy(self, configs: Sequence[ParentConfig]) -> tuple[_Wanted, ...]:
        return tuple(
            self._wantedAt(f"gatekeeper.parents[{index}]", config)
            for index, config in enumerate(configs)
        )

    def _wantedAt(self, place: str, config: ParentConfig) -> _Wanted:
        if self._context.identity.isOurRAS(config.ras):
            raise ConfigurationError(f"{place}.address", "is our own")
        password, file = config.password, config.passwordFile
        if file:
            password = passwordIn(self._context.world.files, file, f"{place}.passwordFile")
        return _Wanted(config, password)

    def _seek(self, wanted: _Wanted) -> None:
        identity = self._context.identity
        parent = Parent(
            wanted.config,
            wanted.password,
            self._context.world,
            identity.homes,
            identity.signallingPort,
            self,
        )
        self._parents[parent.name] = parent
        parent.start()

    def _seekOrTell(self, wanted: _Wanted) -> None:
        try:
            self._seek(wanted)
        except ResourceUnavailable as error:
            self._log.error(
                "not registered with {parent}: {reason}",
                parent=wanted.config.name,
                reason=error.reason,
            )

    # What calls ask.

    def concerns(self, request: AdmissionRequest) -> bool:
        return bool(request.parent) or self._parentOf(request) is not None

    def admit(self, request: AdmissionRequest) -> Deferred[AdmissionGrant]:
        parent = self._parentOf(request)
        if parent is None or not parent.isRegistered:
            return fail(RemoteProtocolError(Cause.NETWORK_OUT_OF_ORDER, "not registered"))
        return parent.calls.admit(request).addCallback(self._granted, request, parent)

    def _granted(
        self, grant: AdmissionGrant, request: AdmissionRequest, parent: Parent
    ) -> AdmissionGrant:
        self._admitted[_keyOf(request)] = _Admitted(parent, request, request.bandwidth)
        if request.answerCall:
            self._context.tables.sent.enter(request.identity.callIdentifier, parent.name)
        return grant

    def answered(self, request: AdmissionRequest) -> None:
        admitted = self._admitted.get(_keyOf(request))
        if admitted is not None:
            admitted.parent.calls.answered(request)

    def used(self, call: bytes, bandwidth: int) -> None:
        """
        A call is seen to use so much: where that is more than was asked for, ask for it (BRQ).

        @param bandwidth: in units of 100 bit/s.
        """
        for answerCall in (False, True):
            admitted = self._admitted.get((call, answerCall))
            if admitted is None or bandwidth <= admitted.bandwidth:
                continue
            if admitted.parent.calls.bandwidth(call) is not None:  # it knows us still
                admitted.bandwidth = bandwidth
                admitted.parent.calls.changeBandwidth(admitted.request, bandwidth)

    def disengage(self, request: AdmissionRequest, cause: Cause) -> None:
        admitted = self._admitted.pop(_keyOf(request), None)
        if request.answerCall:
            self._context.tables.sent.remove(request.identity.callIdentifier)
        if admitted is not None:
            admitted.parent.calls.disengage(request, cause)

    def _parentOf(self, request: AdmissionRequest) -> Parent | None:
        """
        Who has to admit a call: from whom it comes, or who knows of what it is for.  Our own
        endpoints' calls are our own matter.
        """
        if request.parent:
            return self._parents.get(request.parent)
        peer = request.source
        if not self._parents or not request.answerCall or peer is None:
            return None
        call, callers = request.identity.callIdentifier, self._context.tables.callers
        if callers.of("h323", peer, request.calling, call) is not None:
            return None
        registered = [each for each in self if each.isRegistered]
        at = [each for each in registered if each.isAt(peer.host)]
        direct = [
            each for each in registered if each.config.acceptDirect and each.sends(request.called)
        ]
        return next(iter((*at, *direct)), None)

    # What the parents report.

    def parentLeft(self, parent: Parent) -> None:
        if parent in self._leaving:
            del self._leaving[parent]
            parent.close()

    def parentDropped(self, parent: Parent, request: AdmissionRequest) -> None:
        self._calls.clear(request.identity.callIdentifier, Cause.NORMAL_UNSPECIFIED)


def _keyOf(request: AdmissionRequest) -> tuple[bytes, bool]:
    return request.identity.callIdentifier, request.answerCall
