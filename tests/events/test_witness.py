"""
A server that keeps no log.
"""

from __future__ import annotations

from zope.interface.verify import verifyObject

from h323d.events.witness import IWitnessLog, NoWitnessLog


def test_whereNoLogIsKeptNobodyWaits() -> None:
    log = NoWitnessLog()
    assert verifyObject(IWitnessLog, log)
    assert log.durable().called
    assert log.isWritable
    assert log.figures() == {}
