"""
SIP over TLS, and sound by SRTP, with phones that we did not write.
"""

from __future__ import annotations

import signal
import socket
import ssl
from pathlib import Path

import pytest

from h323d.dsp.libraries import Missing
from h323d.media.libsrtp import libsrtp
from tests.support.certificates import Issued, issue
from tests.support.encryptedcalls import encryptions, isHeard, linphoneMeetsAnH323Caller
from tests.support.linephone import Linphone
from tests.support.processes import Asterisk, Baresip, Caller, Server, waitFor
from tests.support.securephone import SecurePhone
from tests.support.softphone import SoftPhone
from tests.support.sound import heardFor

pytestmark = pytest.mark.interop

US, BARESIP, PJSUA, CALLER = "127.0.71.1", "127.0.71.2", "127.0.71.3", "127.0.71.4"
ASTERISK, LINPHONE = "127.0.71.5", "127.0.71.6"
STRANGER = "127.0.71.9"
TONE, OTHER_TONE = 700, 440
STRONG = "AES_256_CM_HMAC_SHA1_80"
CONFIGURATION = (
    Baresip.SERVER
    + """
[sip]
tlsPort = 5061
certificate = "{0.certificate}"
privateKey = "{0.privateKey}"
clientCertificates = "any"
"""
)


@pytest.fixture
def ours(tmp_path: Path) -> Issued:
    return issue(tmp_path, "ours", US)


@pytest.fixture
def server(tmp_path: Path, ours: Issued) -> Server:
    return Server(tmp_path, US, CONFIGURATION.format(ours))


def test_baresipIsInARoomOverTLS(tmp_path: Path, server: Server, ours: Issued) -> None:
    room = f"sip:80001@{US};transport=tls"
    with server, SecurePhone(tmp_path / "phone", BARESIP, ours, room) as phone:
        waitFor(lambda: isHeard(server), 20, "a call over TLS")
        server.ask("hangup", "80001")
        waitFor(lambda: not server.ask("calls"), 10, "its end")
    assert "Traceback" not in server.output()
    assert phone.heard


def test_pjsuaIsCalledByTheConnectionThatItHasOpened(tmp_path: Path, ours: Issued) -> None:
    """
    It says C{alias} in Via (RFC 5923), and shows who it is.
    """
    theirs = issue(tmp_path, "theirs", PJSUA)
    configuration = CONFIGURATION.format(ours).replace('"any"', '"signed"')
    server = Server(tmp_path, US, f'{configuration}authorities = "{theirs.certificate}"\n')
    shown = theirs.certificate, theirs.privateKey
    with server, SoftPhone(tmp_path, PJSUA, TONE, shown) as phone:
        phone.register("anna", f"{US};transport=tls", "PCMU")
        waitFor(lambda: server.ask("registrations"), 10, "a registration")
        server.ask("call", "80001", f"sips:anna@{PJSUA}:5061")
        waitFor(lambda: isHeard(server), 20, "sound")
        rows = server.ask("trace", PJSUA)
        opened = {row["source"] for row in rows if row["what"].startswith("REGISTER")}
        called = {row["target"] for row in rows if row["what"].startswith("INVITE")}
        assert called == opened
        server.ask("hangup", "80001")
        waitFor(lambda: not server.ask("calls"), 10, "its end")


def test_pjsuaIsInARoomThatIsCalledBySIPS(tmp_path: Path, server: Server) -> None:
    with server, SoftPhone(tmp_path, PJSUA, TONE) as phone:
        phone.register("anna", f"{US};transport=tls", "PCMU")
        call = phone.call("anna", f"sips:80001@{US}:5061")
        phone.until(call, "an answer", state="CONFIRMED", media="active")
        waitFor(lambda: isHeard(server), 20, "sound")
        phone.hangup(call)
        waitFor(lambda: not server.ask("calls"), 10, "its end")


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_phonesOverTLSAreCalledByWhoeverIsRegistered(
    tmp_path: Path, server: Server, ours: Issued, transport: str
) -> None:
    over = f"{US};transport=tls"
    with server, SecurePhone(tmp_path / "phone", BARESIP, ours, registrar=over):
        with SoftPhone(tmp_path, PJSUA, TONE) as caller:
            waitFor(lambda: server.ask("registrations"), 10, "a registration")
            caller.register("anna", f"{US};transport={transport}", "PCMU")
            call = caller.call("anna", f"sip:b@{US};transport={transport}")
            caller.until(call, "an answer", state="CONFIRMED", media="active")
            waitFor(lambda: isHeard(server), 20, "sound")
            caller.hangup(call)
            waitFor(lambda: not server.ask("calls"), 10, "its end")
    assert "Traceback" not in server.output()


def test_anH323CallerIsBridgedToAPhoneOverTLS(tmp_path: Path, server: Server, ours: Issued) -> None:
    over = f"{US};transport=tls"
    with server, SecurePhone(tmp_path / "phone", BARESIP, ours, registrar=over):
        waitFor(lambda: server.ask("registrations"), 10, "a registration")
        with Caller(
            tmp_path, "caller", "b", "--bind", CALLER, "--gatekeeper", US, "--alias", "carl",
            "--seconds", "0", "--json", "--tone", "440",
        ):  # fmt: skip
            waitFor(lambda: isHeard(server), 20, "sound")
            server.ask("hangup", server.ask("calls")[0]["callId"])


def test_whatIsNoTLSAndHalfHandshakesHarmNobody(
    tmp_path: Path, server: Server, ours: Issued
) -> None:
    room = f"sip:80001@{US};transport=tls"
    with server, socket.create_connection((US, 5061), 5, (STRANGER, 0)) as plain:
        silent = [socket.create_connection((US, 5061), 5, (STRANGER, 0)) for _ in range(500)]
        plain.sendall(b"OPTIONS sip:80001@127.0.71.1 SIP/2.0\r\n\r\n")
        plain.settimeout(10)
        while plain.recv(4096):
            pass  # an alert, and the end
        with SecurePhone(tmp_path / "phone", BARESIP, ours, room):
            waitFor(lambda: isHeard(server), 20, "a call over TLS")
        for each in silent:
            each.close()
    assert "Traceback" not in server.output()


def test_aNewCertificateIsTakenWhileACallGoesOn(
    tmp_path: Path, server: Server, ours: Issued
) -> None:
    room = f"sip:80001@{US};transport=tls"
    with server, SecurePhone(tmp_path / "phone", BARESIP, ours, room):
        waitFor(lambda: isHeard(server), 20, "a call over TLS")
        other = issue(tmp_path, "other", US)
        Path(ours.certificate).write_text(Path(other.certificate).read_text())
        Path(ours.privateKey).write_text(Path(other.privateKey).read_text())
        server.signal(signal.SIGHUP)
        waitFor(lambda: "configuration reloaded" in server.output(), 5, "a reload")
        believing = ssl.create_default_context(cafile=other.certificate)
        with socket.create_connection((US, 5061)) as plain:
            with believing.wrap_socket(plain, server_hostname=US):
                pass
        (leg,) = server.ask("calls")
        before = leg["media"]["packetsReceived"]
        waitFor(
            lambda: server.ask("calls")[0]["media"]["packetsReceived"] > before + 50, 10, "sound"
        )


# SRTP, with keys from the signalling.


@pytest.mark.parametrize("encryption", ["srtp", "srtp-mand"])
def test_baresipIsHeardAndHearsBySRTP(
    tmp_path: Path, server: Server, ours: Issued, encryption: str
) -> None:
    room = f"sip:80001@{US};transport=tls"
    with (
        server,
        SecurePhone(tmp_path / "phone", BARESIP, ours, room, f"mediaenc={encryption}") as phone,
    ):
        waitFor(lambda: isHeard(server), 20, "a call over TLS")
        (leg,) = server.ask("calls")
        assert leg["media"]["encryption"] == "AES_CM_128_HMAC_SHA1_80"
        server.ask("hangup", "80001")
        waitFor(lambda: not server.ask("calls"), 10, "its end")
    assert "Traceback" not in server.output()
    assert phone.heard


@pytest.mark.parametrize("encryption", ["optional", "mandatory"])
def test_pjsuaIsHeardAndHearsBySRTP(tmp_path: Path, server: Server, encryption: str) -> None:
    with server, SoftPhone(tmp_path, PJSUA, TONE) as phone:
        phone.register("anna", US, "PCMU", srtp=encryption)
        call = phone.call("anna", f"sip:80001@{US}")
        phone.until(call, "an answer", state="CONFIRMED", media="active")
        waitFor(lambda: isHeard(server), 20, "sound")
        (leg,) = server.ask("calls")
        assert leg["media"]["encryption"] == SoftPhone.suite()
        phone.change(call, hold=True)
        phone.until(call, "a hold", media="holds")
        phone.change(call)
        phone.until(call, "the end of it", media="active")
        before = server.ask("calls")[0]["media"]["packetsReceived"]
        waitFor(
            lambda: server.ask("calls")[0]["media"]["packetsReceived"] > before + 50, 10, "sound"
        )
        phone.hangup(call)
        waitFor(lambda: not server.ask("calls"), 10, "its end")


@pytest.mark.parametrize(
    ("encryption", "srtp"), [("srtp", "optional"), ("srtp", "required"), ("srtp-mand", "required")]
)
def test_anH323CallerIsBridgedToAPhoneThatEncrypts(
    tmp_path: Path, ours: Issued, encryption: str, srtp: str
) -> None:
    over = f"{US};transport=tls"
    server = Server(tmp_path, US, CONFIGURATION.format(ours) + f'srtp = "{srtp}"\n')
    account = f"mediaenc={encryption}"
    with (
        server,
        SecurePhone(tmp_path / "phone", BARESIP, ours, account=account, registrar=over) as phone,
    ):
        waitFor(lambda: server.ask("registrations"), 10, "a registration")
        with Caller(
            tmp_path, "caller", "b", "--bind", CALLER, "--gatekeeper", US, "--alias", "carl",
            "--seconds", "0", "--json", "--tone", str(OTHER_TONE),
            "--record", str(tmp_path / "heard.wav"),
        ) as caller:  # fmt: skip
            waitFor(lambda: isHeard(server, 100), 20, "sound")
            legs = {leg["protocol"]: leg["media"]["encryption"] for leg in server.ask("calls")}
            assert legs == {"h323": None, "sip": "AES_CM_128_HMAC_SHA1_80"}
            server.ask("hangup", server.ask("calls")[0]["callId"])
            caller.wait(20)
    tones = (TONE, OTHER_TONE)
    assert heardFor(tmp_path / "heard.wav", tones, 0.3) == [TONE]
    assert heardFor(phone.heard, tones, 0.3) == [OTHER_TONE]


class StrongPhone(Linphone):
    """
    One that has AES_256_CM, and no other.
    """

    def __init__(self, directory: Path, suite: str) -> None:
        self.SETTINGS = Linphone.SETTINGS.replace("[rtp]", f"srtp_crypto_suites={suite}\n[rtp]")
        super().__init__(directory, LINPHONE, US, "linphone", tone=TONE, encryption="srtp")


@pytest.mark.parametrize(
    ("suite", "calls"),
    [(STRONG, True), (STRONG, False), ("AES_256_CM_HMAC_SHA1_32", True)],
    ids=["calls", "called", "calls with short tags"],
)
def test_linphoneAndAnH323CallerHearEachOtherByKeysOf256Bits(
    tmp_path: Path, ours: Issued, suite: str, calls: bool
) -> None:
    found = libsrtp()
    if isinstance(found, Missing):
        pytest.skip(str(found))
    more = f'[[sip.srtpPeers]]\nnetwork = "{LINPHONE}"\nsrtp = "required"\n'
    server = Server(tmp_path, US, CONFIGURATION.format(ours) + more)
    with server, StrongPhone(tmp_path / "linphone", suite) as linphone:
        linphoneMeetsAnH323Caller(server, linphone, CALLER, (TONE, OTHER_TONE), suite, calls)


def asterisk(directory: Path, tls: Issued | None = None) -> Asterisk:
    """
    One that calls, and is called, with SRTP alone.
    """
    settings = {} if tls is None else {"tls": f"{tls.certificate},{tls.privateKey}"}
    return Asterisk(
        directory / "asterisk", ASTERISK, US, ooh323="no", sip="media_encryption=sdes", **settings
    )


def test_asteriskCallsARoomBySRTP(tmp_path: Path, server: Server) -> None:
    with server, asterisk(tmp_path) as peer:
        peer.call("PJSIP/80001@other", "601")
        waitFor(lambda: isHeard(server), 20, "sound")
        assert encryptions(server) == {"sip": "AES_CM_128_HMAC_SHA1_80"}
        server.ask("hangup", "80001")
        waitFor(lambda: not server.ask("calls"), 10, "its end")
    assert "Traceback" not in server.output()


@pytest.mark.parametrize("srtp", ["optional", "required"])
def test_asteriskIsCalledOverTLSBySRTP(tmp_path: Path, ours: Issued, srtp: str) -> None:
    theirs = issue(tmp_path, "theirs", ASTERISK)
    more = f"""authorities = "{theirs.certificate}"
[[sip.srtpPeers]]
network = "{ASTERISK}"
srtp = "{srtp}"
"""
    server = Server(tmp_path, US, CONFIGURATION.format(ours) + more)
    with server, asterisk(tmp_path, theirs):
        server.ask("call", f"sip:601@{ASTERISK};transport=tls", "80001")
        waitFor(lambda: isHeard(server), 20, "sound")
        assert encryptions(server) == {"sip": "AES_CM_128_HMAC_SHA1_80"}
        server.ask("hangup", "80001")
        waitFor(lambda: not server.ask("calls"), 10, "its end")


def test_asteriskWithACertificateOfAnotherIsNotCalled(tmp_path: Path, ours: Issued) -> None:
    theirs = issue(tmp_path, "theirs", "192.0.2.1")
    more = f'authorities = "{theirs.certificate}"\n'
    server = Server(tmp_path, US, CONFIGURATION.format(ours) + more)
    with server, asterisk(tmp_path, theirs):
        server.ask("call", f"sip:601@{ASTERISK};transport=tls", "80001")
        words = f"certificate does not name {ASTERISK}"
        waitFor(lambda: words in server.output(), 10, "its refusal")
        waitFor(lambda: not server.ask("calls"), 10, "its end")


def test_asteriskCallsARoomOverTLS(tmp_path: Path, server: Server) -> None:
    with server, asterisk(tmp_path, issue(tmp_path, "theirs", ASTERISK)) as peer:
        peer.call("PJSIP/80001@other", "601")
        waitFor(lambda: isHeard(server), 20, "sound")
        server.ask("hangup", "80001")
        waitFor(lambda: not server.ask("calls"), 10, "its end")
