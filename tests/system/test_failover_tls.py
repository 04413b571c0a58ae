"""
Phones over TLS that we did not write, at a protected server whose leading process is killed: their connections
are gone with it, and their calls are not.

Each opens another connection by itself, and its registration and its calls go by that.  Whom they talk to is a
phone of PJSIP's over UDP, which hears nothing of all this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

import pytest

from tests.support.certificates import Issued, issue
from tests.support.flows import Flow, Flows, Packet
from tests.support.linephone import Linphone
from tests.support.processes import Baresip, Capture, together, waitFor
from tests.support.protectedserver import ProtectedServer
from tests.support.securephone import SecurePhone
from tests.support.softphone import SoftPhone

pytestmark = pytest.mark.interop

NETWORK = "127.0.142."
US, ANNA, PHONE = (f"{NETWORK}{host}" for host in (1, 2, 3))
OVER = f"{US};transport=tls"
CONFIGURATION = f"""{Baresip.SERVER}
[sip]
tlsPort = 5061
certificate = "{{0.certificate}}"
privateKey = "{{0.privateKey}}"
[[sip.srtpPeers]]
network = "{ANNA}"
srtp = "off"
[[sip.srtpPeers]]
network = "127.0.0.0/8"
srtp = "required"
"""
HEARD = 5  # of 255: what PJSIP calls the level of a tone that is heard is above, silence is 0
CALLS = 4  # in each test
TO_ANNA = f"sip:anna@{US}"


class ByBaresip(SecurePhone):
    user = "b"

    def __init__(self, directory: Path, ours: Issued) -> None:
        account = f'mediaenc=srtp-mand;sipnat=outbound;outbound1="sip:{OVER}"'
        super().__init__(directory, PHONE, ours, account=account, registrar=OVER)

    def enrol(self) -> None:
        """
        It registers by itself.
        """

    def ring(self) -> None:
        self.tell("dial", TO_ANNA)

    def hangUp(self) -> None:
        self.tell("hangup")


class ByLinphone(Linphone):
    user = "linphone"

    def __init__(self, directory: Path, ours: Issued) -> None:
        super().__init__(directory, PHONE, OVER, self.user, encryption="srtp")

    def enrol(self) -> None:
        """
        It registers by itself.
        """

    def ring(self) -> None:
        self.tell(f"call {TO_ANNA}")

    def hangUp(self) -> None:
        self.tell("terminate")


class ByPJSIP(SoftPhone):
    user = "bert"

    def __init__(self, directory: Path, ours: Issued) -> None:
        super().__init__(directory, PHONE, 700)

    def enrol(self) -> None:
        self.register(self.user, OVER, "PCMU", srtp="mandatory")

    def ring(self) -> None:
        self.call(self.user, f"{TO_ANNA};transport=tls")

    def hangUp(self) -> None:
        self.hangup(len(self.calls()) - 1)


Secured = ByBaresip | ByLinphone | ByPJSIP


@dataclass(frozen=True)
class World:
    """
    The server, Anna's phone, and the one over TLS.
    """

    server: ProtectedServer
    anna: SoftPhone
    phone: Secured

    def source(self) -> str:
        """
        Where the phone over TLS has registered from; empty if it has not.
        """
        found = [
            each["source"]
            for each in self.server.ask("registrations")
            if any(f":{self.phone.user}@" in alias for alias in each["aliases"])
        ]
        return str(found[0]) if found else ""

    def strike(self) -> None:
        """
        The leader dies, and the phone comes back by another connection.
        """
        before = self.source()
        self.server.strike()
        waitFor(lambda: self.source() not in ("", before), 15, "it registers anew")

    def talk(self, call: int) -> None:
        """
        Both hear each other now.
        """
        self.anna.until(call, "an answer", state="CONFIRMED", media="active")
        before = self.received()
        waitFor(lambda: self.anna.calls()[call]["level"] > HEARD, 10, "Anna hears something")

        def more() -> bool:
            now = self.received()
            return len(now) == 2 and all(now[each] > before.get(each, 0) + 50 for each in now)

        waitFor(more, 10, "a second of sound each way")

    def received(self) -> dict[str, int]:
        """
        Packets, by the leg.
        """
        legs = self.server.ask("calls")
        return {leg["legId"]: leg["media"]["packetsReceived"] for leg in legs if leg.get("media")}

    def called(self) -> int:
        """
        Anna calls the phone.

        @return: the number of her call.
        """
        call = self.anna.call("anna", f"sip:{self.phone.user}@{US}")
        self.talk(call)
        return call

    def calls(self) -> int:
        """
        She is called by it.
        """
        call = len(self.anna.calls())
        self.phone.ring()
        self.talk(call)
        return call

    def hold(self, call: int) -> None:
        """
        She holds and comes back, of which the phone is told.
        """
        self.anna.change(call, hold=True)
        self.anna.until(call, "it is answered", media="holds")
        self.anna.change(call)
        self.anna.until(call, "it is answered", media="active")
        self.talk(call)

    def isOver(self, call: int) -> None:
        self.anna.until(call, "her call is over", state="DISCONNECTED")
        waitFor(lambda: self.server.ask("calls") == [], 10, "the server has no call")


@pytest.fixture(params=[ByBaresip, ByLinphone, ByPJSIP])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    ours = issue(tmp_path, "ours", US)
    begin: Callable[[Path, Issued], Secured] = request.param
    with ExitStack() as stack:
        capture = Capture(tmp_path / "capture", f"{NETWORK}0/24")
        server = ProtectedServer(tmp_path / "server", US, CONFIGURATION.format(ours), isKept=True)
        together(stack, capture, server)
        anna, phone = SoftPhone(tmp_path / "anna", ANNA, 440), begin(tmp_path / "phone", ours)
        together(stack, anna, phone)
        anna.register("anna", US, "PCMU")
        phone.enrol()
        world = World(server, anna, phone)
        waitFor(world.source, 10, "it registers")
        yield world
        told = server.ask("status")["facts"]
        assert not {"Diverged", "InputQuarantined"} & set(told)
        assert "Traceback" not in server.output(), server.output()
    assert capture.complaints(US) == ""
    assert capture.dissect(f"sip && ip.addr != {ANNA}") == "", "something was said in the clear"
    assert [each.isOneStream for each in streams(capture)] == [True, True] * CALLS


def streams(capture: Capture) -> list[Flow]:
    """
    What left from each of our ports, wherever it went.  No two packets of one have the same number, so no index of
    SRTP is used twice.
    """
    flows = Flows(capture.file)
    flows.read()
    sent: dict[str, list[Packet]] = {}
    for flow in flows.by(US):
        sent.setdefault(flow.source, []).extend(flow.packets)
    return [
        Flow(source, "", sorted(packets, key=attrgetter("seconds")))
        for source, packets in sent.items()
    ]


def test_itsCallsGoOnByTheConnectionThatThePhoneOpensNext(world: World) -> None:
    call = world.called()
    world.strike()
    world.talk(call)
    world.hold(call)
    world.anna.hangup(call)
    world.isOver(call)
    call = world.called()
    world.strike()
    world.phone.hangUp()
    world.isOver(call)
    call = world.calls()
    world.strike()
    world.talk(call)
    world.anna.hangup(call)
    world.isOver(call)
    call = world.calls()
    world.strike()
    world.hold(call)
    world.phone.hangUp()
    world.isOver(call)
    records = world.server.ask("cdr")
    assert [each["causeName"] for each in records] == ["NORMAL_CALL_CLEARING"] * CALLS
