"""
tshark finds nothing malformed in the signalling that two of our endpoints exchange.
"""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest

from h323d.call.ways import Way
from h323d.h323.calls.callstart import StartUpOptions
from h323d.h323.config import H323Config
from h323d.h323.signalling import q931, tpkt
from h323d.h323.signalling.q931 import MessageType
from h323d.values.address import AddressKind, PartyAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID
from h323d.values.media.digits import DigitMethod
from tests.support import tshark
from tests.support.h323 import PROFILE, Party, Side, newClock
from tests.support.network import SimulatedNetwork

pytestmark = pytest.mark.skipif(not tshark.available(), reason="tshark is not installed")

CALLED = PartyAddress(AddressKind.DIALLED_DIGITS, "80001")


def signalling() -> list[bytes]:
    """
    Every segment to or from port 1720, of a call in each start-up mode.
    """
    segments: list[bytes] = []

    def observe(kind: str, source: tuple[str, int], target: tuple[str, int], data: bytes) -> None:
        if 1720 in (source[1], target[1]):
            segments.append(data)

    for flags in itertools.product([False, True], repeat=3):
        clock = newClock()
        network = SimulatedNetwork(clock, random.Random(1))
        network.observers.append(observe)
        caller = Side(network, "10.0.0.2", H323Config(statusInterval=0.5), seed=2)
        callee = Side(network, "10.0.0.1", answers=False)
        leg = caller.endpoint.originator.originate(
            CallID("c1"),
            (),
            Way("h323", callee.endpoint.address, (CALLED,)),
            PROFILE,
            Party(),
            options=StartUpOptions(*flags),
        )
        clock.pump([0.005] * 10)
        far = callee.parties[0].leg
        assert far is not None
        far.proceed()
        far.alert(None)
        far.alert(PROFILE)
        clock.pump([0.005] * 10)
        far.answer(PROFILE)
        clock.pump([0.005] * 40)
        leg.sendDigit("5", 100, DigitMethod.Q931_KEYPAD)
        leg.sendDigit("6", 100, DigitMethod.H245_SIGNAL)
        clock.pump([0.1] * 10)
        leg.hangup(Cause.NORMAL_CALL_CLEARING)
        clock.pump([0.005] * 40)
    return segments


def test_everyMessageThatWeSendIsDissected(tmp_path: Path) -> None:
    segments = signalling()
    kinds = {
        q931.decode(packet).messageType
        for data in segments
        for packet in tpkt.TPKTReader().feed(data)
    }
    assert kinds >= {
        MessageType.SETUP,
        MessageType.CALL_PROCEEDING,
        MessageType.ALERTING,
        MessageType.PROGRESS,
        MessageType.CONNECT,
        MessageType.FACILITY,
        MessageType.INFORMATION,
        MessageType.STATUS_INQUIRY,
        MessageType.STATUS,
        MessageType.RELEASE_COMPLETE,
    }
    packets = [tshark.segment(data, 20000 + index) for index, data in enumerate(segments)]
    assert tshark.complaints(packets, tmp_path / "signalling.pcap") == []
