"""
What gates keep, and when it ends.
"""

from __future__ import annotations

import pytest
from twisted.trial.unittest import SynchronousTestCase

from h323d.call.applications import PASSED, Admission
from h323d.call.leases import Leases, ended, ofCall, ofRegistration, ofSide
from h323d.events.bus import EventBus, Fact
from h323d.events.calls import CallEnded, CallRefused, CallTransferred
from h323d.events.gatekeeper import EndpointUnregistered, RASAdmissionEnded
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID
from tests.support.lease import Lease

CALL, LEG, CAUSE = CallID("c1"), LegID("l1"), Cause.NORMAL_CALL_CLEARING


@pytest.mark.parametrize(
    ("holder", "fact"),
    [
        (ofCall(LEG), CallEnded(0.0, CALL, LEG, CAUSE)),
        (ofCall(CALL), CallEnded(0.0, CALL, LEG, CAUSE)),
        (ofCall(LEG), CallRefused(0.0, CALL, LEG, CAUSE, "because")),
        (ofSide("e1", "00ff", True), RASAdmissionEnded(0.0, "e1", "00ff", True, None, False)),
        (ofRegistration("e1"), EndpointUnregistered(0.0, "e1", "request")),
    ],
)
def test_aLeaseEndsOnceWithWhatItWasGivenFor(holder: tuple[str, ...], fact: Fact) -> None:
    events = EventBus()
    leases, lease = Leases(events), Lease()
    leases.give(holder, Admission(leases=(lease,)))
    assert (len(leases), lease.ends) == (1, 0)
    events.publish(fact)
    events.publish(fact)
    assert (len(leases), lease.ends) == (0, 1)


def test_whatALegIsGivenAfterItHasGoneOnInOtherCallsEndsWithTheLast() -> None:
    events = EventBus()
    leases, lease = Leases(events), Lease()
    second, third = LegID("l2"), LegID("l3")
    for before, after in ((LEG, second), (second, third)):
        events.publish(CallTransferred(0.0, CALL, before, CallID("on"), after))
        events.publish(CallEnded(0.0, CALL, before, CAUSE))
    leases.give(ofCall(LEG), Admission(leases=(lease,)))
    events.publish(CallEnded(0.0, CallID("on"), third, CAUSE))
    assert (len(leases), lease.ends) == (0, 1)


def test_theOtherSideOfACallEndsNothing() -> None:
    events = EventBus()
    leases, lease = Leases(events), Lease()
    leases.give(ofSide("e1", "00ff", True), Admission(leases=(lease,)))
    events.publish(RASAdmissionEnded(0.0, "e1", "00ff", False, None, False))
    assert lease.ends == 0


def test_whatIsGivenAgainForTheSameIsOneLease() -> None:
    leases, lease = Leases(EventBus()), Lease()
    for _ in range(2):
        leases.give(ofCall(LEG), Admission(leases=(lease,)))
    assert len(leases) == 1


def test_ofWhoPassesWithoutALeaseNothingIsKept() -> None:
    leases = Leases(EventBus())
    leases.give(ofCall(LEG), PASSED)
    assert len(leases) == 0


class Broken(Lease):
    def end(self) -> None:
        raise ZeroDivisionError


class EndedTests(SynchronousTestCase):
    """
    L{ended} with a lease of somebody else's making.
    """

    def test_oneThatFailsDoesNotKeepTheOthers(self) -> None:
        lease = Lease()
        ended((Broken(), lease))
        self.assertEqual(lease.ends, 1)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
