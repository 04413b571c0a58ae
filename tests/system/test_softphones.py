"""
Phones that we did not write do what people do with phones, by whatever they are connected: baresip over
UDP, TCP, TLS and IPv6; PJSIP's phone, which goes from one network to another in the middle of a call; and
linphone, which offers ICE.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from h323d.sip.digest.algorithms import Algorithm, secretOf
from tests.support.certificates import issue
from tests.support.linephone import Linphone
from tests.support.processes import Baresip, Capture, Server, together, waitFor
from tests.support.softphone import SoftPhone
from tests.support.sound import writeTone
from tests.system.test_addresses import WideServer

pytestmark = pytest.mark.interop

NETWORK = "127.0.103."
US, ANNA, BARESIP, LINPHONE = (f"{NETWORK}{host}" for host in range(1, 5))
SIP, TLS, SIGNALLING, RAS, THEIRS = 26060, 26061, 26720, 26719, 26070  # [::1] is everybody's
CONFIGURATION = f"""{Baresip.SERVER}
[server]
bind = ["{US}", "::1"]
[h323]
port = {SIGNALLING}
[gatekeeper]
rasPort = {RAS}
multicast = false
[sip]
port = {SIP}
tlsPort = {TLS}
certificate = "{{0.certificate}}"
privateKey = "{{0.privateKey}}"
[security]
md5Networks = ["{BARESIP}", "127.0.0.1", "::1"]
"""
PASSWORD = "ofB7"
USERS = ("anna", "bert", "b", "linphone")
HEARD = 5  # of 255: what PJSIP calls the level of a tone that is heard is above, silence is 0


def entry(name: str) -> str:
    sha256, md5 = (secretOf(each, name, "h323d", PASSWORD) for each in Algorithm)
    return f'[[security.users]]\nname = "{name}"\nsha256 = "{sha256}"\nmd5 = "{md5}"\n'


class Phone(Baresip):
    """
    baresip, which is connected in one way.
    """

    REGISTRARS = {
        "udp": f"{US}:{SIP}",
        "tcp": f"{US}:{SIP};transport=tcp",
        "tls": f"{US}:{TLS};transport=tls",
        "ipv6": f"[::1]:{SIP}",
    }

    def __init__(self, directory: Path, way: str, authorities: str) -> None:
        directory.mkdir()
        writeTone(directory / "tone.wav", 700, 300.0)
        self.home = self.REGISTRARS[way]
        account = f";auth_pass={PASSWORD}"
        super().__init__(directory, BARESIP, "", 300, registrar=self.home, account=account)
        text = Baresip.CONFIGURATION + f"sip_cafile {authorities}\n"
        if way == "ipv6":
            text = text.replace("sip_listen {address}:5060", f"sip_listen [::1]:{THEIRS}")
            text = text.replace("net_interface {address}", "net_interface ::1\nprefer_ipv6 yes")
        self.CONFIGURATION = text


@dataclass(frozen=True)
class World:
    """
    The server, and Anna's phone, of PJSIP's, which is registered.
    """

    server: Server
    anna: SoftPhone
    capture: Capture
    authorities: str

    def hears(self, call: int) -> None:
        waitFor(lambda: self.anna.calls()[call]["level"] > HEARD, 10, "Anna hears somebody")

    def heardFrom(self, where: str) -> bool:
        """
        Whether a second of sound has come from somewhere.
        """
        media = [leg["media"] for leg in self.server.ask("calls") if leg.get("media")]
        return any(
            each["remote"].startswith(where) and each["packetsReceived"] > 50 for each in media
        )

    def registered(self, user: str) -> Any:
        """
        Any: whatever JSON can say.
        """

        def found() -> Any:
            registrations = self.server.ask("registrations")
            return [
                each for each in registrations if any(f":{user}@" in a for a in each["aliases"])
            ]

        return waitFor(found, 10, f"{user} registers")[0]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("softphones")
    ours = issue(directory, "ours", US)
    with ExitStack() as stack:
        capture = Capture(directory / "capture", f"{NETWORK}0/24")
        configuration = CONFIGURATION.format(ours) + "".join(map(entry, USERS))
        server = WideServer(directory / "server", "both", configuration)
        anna = SoftPhone(directory / "anna", ANNA, 440)
        together(stack, capture, server, anna)
        for name in ("anna", "bert"):
            anna.register(name, f"{US}:{SIP}", "PCMU", password=PASSWORD)
        yield World(server, anna, capture, ours.certificate)
        assert "Traceback" not in server.output()
    assert capture.complaints(US) == ""


@pytest.fixture(scope="module", params=list(Phone.REGISTRARS))
def phone(
    request: pytest.FixtureRequest, world: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Phone]:
    directory = tmp_path_factory.mktemp(request.param)
    with Phone(directory / "phone", request.param, world.authorities) as phone:
        world.registered("b")
        yield phone
    waitFor(lambda: len(world.server.ask("registrations")) == 2, 5, "it unregisters")


@pytest.fixture
def call(phone: Phone, world: World) -> Iterator[int]:
    """
    Anna's, to the phone.
    """
    call = world.anna.call("anna", f"sip:b@{US}:{SIP}")
    world.anna.until(call, "an answer", state="CONFIRMED", media="active")
    world.hears(call)
    yield call
    waitFor(lambda: world.server.ask("calls") == [], 10, "the call is over")


def test_whoIsCalledHoldsAndComesBack(call: int, phone: Phone, world: World) -> None:
    phone.tell("hold")
    world.anna.until(call, "the hold", media="held")
    phone.tell("resume")
    world.anna.until(call, "the end of it", media="active")
    world.hears(call)
    phone.tell("hangup")


def test_whoCallsIsHungUpOn(phone: Phone, world: World) -> None:
    call = len(world.anna.calls())
    phone.tell("dial", f"sip:anna@{phone.home}")
    world.anna.until(call, "it is called", state="CONFIRMED", media="active")
    world.hears(call)
    world.anna.hangup(call)
    waitFor(lambda: world.server.ask("calls") == [], 10, "the call is over")


# PJSIP's phone, in another network.


@pytest.mark.parametrize("update", [False, True], ids=["INVITE", "UPDATE"])
def test_whoGoesToAnotherNetworkTalksOn(update: bool, world: World) -> None:
    calling = world.anna.call("anna", f"sip:bert@{US}:{SIP}")
    called = calling + 1
    for each in (calling, called):
        world.anna.until(each, "they talk", state="CONFIRMED", media="active")
        world.hears(each)
    address = f"{NETWORK}{8 if update else 9}"
    world.anna.move("anna", address, calling, update)
    waitFor(
        lambda: world.registered("anna")["signalling"] == [f"{address}:5060"], 10, "it is there"
    )
    waitFor(lambda: world.heardFrom(f"{address}:"), 10, "its sound comes from there")
    for each in (calling, called):
        world.hears(each)
    world.anna.hangup(called)  # who is called tells who has moved, by us
    world.anna.until(calling, "the end", state="DISCONNECTED")
    waitFor(lambda: world.server.ask("calls") == [], 10, "the call is over")


# linphone, which may offer ICE.


@pytest.mark.parametrize(
    ("way", "stun"),
    [("udp", ""), ("tcp", ""), ("tls", ""), ("udp", f"{US}:{SIP}")],
    ids=["UDP", "TCP", "TLS", "UDP, ICE"],
)
def test_linphoneCallsHoldsAndComesBack(way: str, stun: str, world: World, tmp_path: Path) -> None:
    home = Phone.REGISTRARS[way]
    linphone = Linphone(
        tmp_path / "linphone", LINPHONE, home, "linphone", password=PASSWORD, stun=stun
    )
    with linphone:
        world.registered("linphone")
        call = len(world.anna.calls())
        linphone.tell(f"call sip:anna@{home}")
        world.anna.until(call, "an answer", state="CONFIRMED", media="active")
        world.hears(call)
        linphone.tell("pause")
        world.anna.until(call, "the hold", media="held")
        waitFor(lambda: "is now paused" in linphone.output(), 10, "it knows of it")
        linphone.tell("resume 1")
        world.anna.until(call, "the end of it", media="active")
        world.hears(call)
        linphone.tell("terminate")
        waitFor(lambda: world.server.ask("calls") == [], 10, "the call is over")
    world.server.ask("unregister", "linphone")  # it was killed
