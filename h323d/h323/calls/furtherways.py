"""
The further ways of a call that we make: where its Setup goes next, when the way before
led nowhere (H.225.0, C{alternateEndpoints}).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from h323d.call.ways import Way
from h323d.h323.calls.admission import AdmissionGrant
from h323d.h323.signalling.uuie import SetupParties
from h323d.values.cause import Cause

__all__ = ["GOES_ON_AFTER", "FurtherWays"]

GOES_ON_AFTER = frozenset(
    (
        Cause.NO_ROUTE_TO_DESTINATION,
        Cause.NO_USER_RESPONDING,
        Cause.SUBSCRIBER_ABSENT,
        Cause.DESTINATION_OUT_OF_ORDER,
        Cause.NO_CIRCUIT_AVAILABLE,
        Cause.NETWORK_OUT_OF_ORDER,
        Cause.TEMPORARY_FAILURE,
        Cause.SWITCHING_EQUIPMENT_CONGESTION,
        Cause.REQUESTED_CIRCUIT_NOT_AVAILABLE,
        Cause.RESOURCE_UNAVAILABLE,
    )
)
"""
The causes after which another way may lead there: those of the gatekeeper's own
C{routed.failoverCauses}.
"""


class FurtherWays:
    """
    Those that are left.

    @ivar parties: who calls whom on the present way; C{None} if we do not call.
    @ivar heard: whether the called side has said anything on it.
    """

    def __init__(self) -> None:
        self._left: list[Way] = []
        self.parties: SetupParties | None = None
        self.heard = False

    def begin(self, parties: SetupParties) -> None:
        """
        We call, as far as is known.
        """
        self.parties = parties

    def redirect(self, way: Way, grant: AdmissionGrant, others: Sequence[Way]) -> None:
        """
        A gatekeeper knows the way, and those that are left if it leads nowhere.
        """
        self._left = list(others)
        if self.parties is not None:
            self.parties = replace(
                _towards(self.parties, way),
                endpointIdentifier=grant.endpointIdentifier,
                tokens=grant.tokens,
            )

    def close(self) -> None:
        """
        The call has arrived, or is not wanted any more: no other way is taken.
        """
        self._left.clear()

    def next(self, cause: Cause) -> Way | None:
        """
        @param cause: why the present way led nowhere.

        @return: C{None} if the call ends with that.
        """
        silent = cause is Cause.RECOVERY_ON_TIMER_EXPIRY and not self.heard
        if not self._left or self.parties is None or not (silent or cause in GOES_ON_AFTER):
            return None
        self.heard = False
        way = self._left.pop(0)
        self.parties = _towards(self.parties, way)
        return way


def _towards(parties: SetupParties, way: Way) -> SetupParties:
    return replace(parties, called=way.called or parties.called, destination=way.destination)
