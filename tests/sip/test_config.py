"""
What the C{[sip]} section may hold.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.sip.config import SIPConfig
from h323d.values.tlspeer import CertificateFiles, ClientCertificates, TLSPeer


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("port", -1),
        ("port", 65536),
        ("T1", 0.0),
        ("T2", -1.0),
        ("T4", 0.0),
        ("idleTimeout", 0.0),
        ("firstMessageTimeout", 0.0),
        ("ringTimeout", 0.0),
        ("maxCalls", 0),
        ("maxTransactions", 0),
        ("maxConnections", 0),
        ("maxContacts", 0),
        ("minExpires", 0),
        ("minExpires", 3601),
        ("maxExpires", 59),
        ("maxExpires", 604801),
        ("mtu", 575),
        ("outboundProxy", "proxy.example.com"),
        ("outboundProxy", "tel:+4930"),
        ("outboundProxy", "sip:anna@example.com"),
        ("tlsPort", 65536),
        ("tlsPort", 5061),
        ("tlsPort", 5060),
        ("privateKey", "key.pem"),
        ("otherCertificates", (CertificateFiles("b.pem", "b.key"),)),
        ("clientCertificates", ClientCertificates.SIGNED),
        ("tlsPeers", (TLSPeer("192.0.2.0/24"),)),
        ("sessionExpires", 89),
        ("sessionExpires", 86401),
        ("trustedNetworks", ("10.0.0.1/8",)),
        ("trustedNetworks", ("example.com",)),
    ],
)
def test_aValueThatCannotBeUsedIsRefusedByItsName(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        SIPConfig(**{key: value})


def test_theShortestAndTheLongestTimeMayBeTheSame() -> None:
    assert SIPConfig(minExpires=600, maxExpires=600).maxExpires == 600


def test_tlsIsSpokenWhereSomebodyIsBelievedOrWeHaveACertificate() -> None:
    assert not SIPConfig().speaksTLS
    assert SIPConfig(authorities="ca.pem").speaksTLS
    assert SIPConfig(certificate="ours.pem", privateKey="ours.key").speaksTLS


@pytest.mark.parametrize("seconds", [0, 90, 86400])
def test_aSessionMayLastFor(seconds: int) -> None:
    assert SIPConfig(sessionExpires=seconds).sessionExpires == seconds


@pytest.mark.parametrize(
    ("networks", "trusted"),
    [((), False), (("10.0.0.0/8",), True), (("192.0.2.1", "10.1.2.3"), True), (("::/0",), False)],
)
def test_whoIsInANetworkThatIsTrustedIs(networks: tuple[str, ...], trusted: bool) -> None:
    assert SIPConfig(trustedNetworks=networks).trusts("10.1.2.3") is trusted
