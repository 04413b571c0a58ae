"""
C{h323d-call}: its options, what its targets mean, and how it says no.
"""

from __future__ import annotations

import pytest

from h323d.cli import call, calloptions, callsettings
from h323d.errors import H323dError
from h323d.values.address import AddressKind
from tests.support.guardians import publicKey

GUARDED = ("--key", "a.pem", "--terminal-id", "if://guardian/anna", "--guard", "council-1")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--answer", "h323:1@127.0.0.1"],
        ["--sip-port", "65536", "127.0.0.1"],
        ["--sip-port", "x", "127.0.0.1"],
        ["--packet-ms", "25", "127.0.0.1"],
        ["--dtmf-method", "smoke", "127.0.0.1"],
        ["--tone", "440", "--play", "a.wav", "127.0.0.1"],
        ["--sound-card", "--tone", "440", "127.0.0.1"],
        ["--sound-card", "--record", "a.wav", "127.0.0.1"],
        ["--bind", "nonsense", "127.0.0.1"],
        ["--key", "a.pem", "127.0.0.1"],
        ["--guard-key", str(publicKey("council")), "127.0.0.1"],
        ["--tls-certificate", "a.pem", "--tls", "127.0.0.1"],
        ["--tls-certificate", "a.pem", "--tls-private-key", "a.key", "127.0.0.1"],
        [*GUARDED, "--guard-key", "ed25519:00", "127.0.0.1"],
        ["--key", "a.pem", "--terminal-id", "x" * 129, "--guard", "g", "127.0.0.1"],
        ["--key", "a.pem", "--terminal-id", "x\ny", "--guard", "g", "127.0.0.1"],
        ["--key", "a.pem", "--terminal-id", "x", "--guard", "", "127.0.0.1"],
        ["--registrar", "sip:127.0.0.1", "--gatekeeper", "127.0.0.1", "80001"],
        ["--call-type", "URGENT", "127.0.0.1"],
        ["--gatekeeper-password-file", "a", "127.0.0.1"],
        ["--seconds", "nan", "127.0.0.1"],
        ["--seconds", "-1", "127.0.0.1"],
        ["--level", "1", "127.0.0.1"],
        ["--dtmf", "12x", "127.0.0.1"],
        ["--nonsense", "127.0.0.1"],
    ],
)
def test_unusableOptionsExitWith2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        call.main(arguments)
    assert caught.value.code == 2
    assert "h323d-call: error: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--codec", "PCMU,XYZ", "127.0.0.1"], "--codec: XYZ is none of PCMU, PCMA, G722, opus, "),
        (["--tone", "4000", "127.0.0.1"], "--tone: "),
        (["--tone", "-1", "127.0.0.1"], "--tone: "),
        (["--gatekeeper", "gk.example", "80001"], "gk.example is not an address and port"),
        (
            ["--gatekeeper", "127.0.0.1", "--gatekeeper-password-file", "/absent", "80001"],
            "--gatekeeper-password-file: /absent: No such file",
        ),
        (["h323:80001@somewhere"], "somewhere is not an address and port"),
        (
            ["--registrar", "sip:gk.example", "--answer"],
            "--registrar: sip:gk.example is no sip:ADD",
        ),
        (["--registrar", "tel:1", "--answer"], "--registrar: tel:1 is no sip:ADDRESS"),
        (["127.0.0.1:70000"], "127.0.0.1:70000 is not an address and port"),
        (["--play", "/absent.wav", "127.0.0.1"], "/absent.wav: "),
        (["--record", "/absent/a.wav", "127.0.0.1"], "--record: /absent/a.wav: No such file"),
        (["--bind", "192.0.2.1", "127.0.0.1"], "cannot bind "),
        (["--rtp-port", "5", "127.0.0.1"], "--rtp-port: must be "),
    ],
)
def test_whatCannotBeDoneIsOneLine(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call.main(arguments) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"h323d-call: {reason}")


@pytest.mark.parametrize(
    ("arguments", "kind", "value", "destination"),
    [
        (["sip:80001@10.0.0.1"], AddressKind.URL, "sip:80001@10.0.0.1", None),
        (["sip:Bob Brown@10.0.0.1"], AddressKind.URL, "sip:Bob%20Brown@10.0.0.1", None),
        (["sip:Bob%20B@10.0.0.1"], AddressKind.URL, "sip:Bob%20B@10.0.0.1", None),
        (["sip:J\u00f6rg@10.0.0.1"], AddressKind.URL, "sip:J%C3%B6rg@10.0.0.1", None),
        (["h323:80001@10.0.0.1"], AddressKind.DIALLED_DIGITS, "80001", "10.0.0.1:1720"),
        (["80001@10.0.0.1:1721"], AddressKind.DIALLED_DIGITS, "80001", "10.0.0.1:1721"),
        (["anna@10.0.0.1"], AddressKind.H323_ID, "anna", "10.0.0.1:1720"),
        (["anna@home@10.0.0.1"], AddressKind.H323_ID, "anna@home", "10.0.0.1:1720"),
        (["10.0.0.1"], AddressKind.TRANSPORT, "10.0.0.1:1720", "10.0.0.1:1720"),
        (["[::1]:1722"], AddressKind.TRANSPORT, "[::1]:1722", "[::1]:1722"),
        (["::1"], AddressKind.TRANSPORT, "[::1]:1720", "[::1]:1720"),
        (["--gatekeeper", "10.0.0.9", "80001"], AddressKind.DIALLED_DIGITS, "80001", None),
        (["--gatekeeper", "10.0.0.9", "anna"], AddressKind.H323_ID, "anna", None),
    ],
)
def test_whatATargetMeans(
    arguments: list[str], kind: AddressKind, value: str, destination: str | None
) -> None:
    party, address = callsettings.destinationOf(calloptions.optionsOf(arguments))
    assert party is not None
    assert (party.kind, party.value) == (kind, value)
    assert (None if address is None else str(address)) == destination


def test_whoAnswersHasNoTarget() -> None:
    assert callsettings.destinationOf(calloptions.optionsOf(["--answer"])) == (None, None)


def test_aNameIsNoAddress() -> None:
    with pytest.raises(H323dError, match=r"nowhere\.example is not an address and port"):
        callsettings.destinationOf(calloptions.optionsOf(["80001@nowhere.example"]))
