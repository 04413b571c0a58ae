"""
Whole calls, between two endpoints and with a scripted peer.
"""

from __future__ import annotations

from tests.support.sippeers import SIPWorld


def test_aCallIsAnsweredAndEnded() -> None:
    world = SIPWorld()
    alice, bob = world.peer("10.0.0.1"), world.peer("10.0.0.2")
    leg, log = alice.call("sip:80001@10.0.0.2")
    world.run(0.1)
    assert log.said == ["answered", "media"]
    assert bob.logs[0].said == ["answered", "media"]
    assert [str(each) for each in bob.legs[0].called] == ["80001", "sip:80001@10.0.0.2"]
    from h323d.values.cause import Cause

    leg.hangup(Cause.USER_BUSY)
    world.run(0.1)
    assert bob.logs[0].causes == [Cause.USER_BUSY]
    world.settle()
