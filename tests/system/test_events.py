"""
Events, for subscribers that we did not write: sipp, which watches a room with a phone of PJSIP's in
it.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.processes import Capture, Server, runSipp
from tests.support.softphone import SoftPhone

pytestmark = pytest.mark.interop

NETWORK = "127.0.93."
US, PHONE, THEM = f"{NETWORK}1", f"{NETWORK}2", f"{NETWORK}3"
SCENARIO = Path(__file__).parent / "sipp" / "subscribe.xml"


def test_whoIsInARoomIsToldUntilNobodyWantsToKnow(tmp_path: Path) -> None:
    with ExitStack() as stack:
        capture = stack.enter_context(Capture(tmp_path / "capture", f"{NETWORK}0/24"))
        server = stack.enter_context(Server(tmp_path / "server", US))
        phone = stack.enter_context(SoftPhone(tmp_path / "phone", PHONE, 440))
        phone.register("anna", US, "PCMU")
        phone.until(phone.call("anna", f"sip:80001@{US}"), "it is in the room", state="CONFIRMED")
        runSipp(
            tmp_path / "sipp", US, "-i", THEM, "-sf", str(SCENARIO), "-m", "1", "-s", "80001",
            "-timeout", "60", "-timeout_error", "-trace_err", seconds=90.0,
        )  # fmt: skip
        assert "Traceback" not in server.output()
    assert capture.complaints(US) == ""
