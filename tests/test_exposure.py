"""
What is open to whom, as the log says it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from h323d.conference.config import ConferenceConfig, RoomConfig
from h323d.config.sections import Configuration, PluginConfig, ServerConfig
from h323d.control.config import ControlConfig
from h323d.exposure import exposure
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.routed.config import RoutedConfig
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.gatekeeper.security.config import (
    DigestDemand,
    PasswordEntry,
    Requirement,
    SecurityConfig,
)
from h323d.gatekeeper.trunks.config import TrunkConfig
from h323d.gateway.config import GatewayConfig
from h323d.guard.config import GuardConfig
from h323d.h323.config import H323Config
from h323d.sip.config import SIPConfig
from h323d.values.media.encryption import MediaEncryption
from h323d.values.tlspeer import ClientCertificates
from h323d.web.config import WebConfig
from tests.support.digest import userOf

TRUNK = TrunkConfig("a", "192.0.2.7")
ANNA = PasswordEntry("anna", "hush", names=("1001",))


def test_byDefaultAnybodyMayDoAnything() -> None:
    assert exposure(Configuration()) == (
        "anybody may register by H.323; anybody may register by SIP; "
        "anybody may open rooms 8xxxx (H.323, SIP); "
        "only who is registered may call others through here; nothing is encrypted"
    )


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        ({"server": ServerConfig(bind="127.0.0.1")}, "on this machine only: anybody may register"),
        (
            {"security": SecurityConfig(allow=("192.0.2.0/24", "2001:db8::/32"))},
            "anybody in 192.0.2.0/24, 2001:db8::/32 may open rooms 8xxxx",
        ),
        (
            {"security": SecurityConfig(deny=tuple(f"192.0.2.{n}" for n in range(1, 7)))},
            "anybody except at 192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4 and 2 more may open",
        ),
        (
            {"security": SecurityConfig(passwords=(ANNA,))},
            "anybody may register by H.323, with a password for 2 names; "
            "anybody may register by SIP, but not as one of 2 names with a password",
        ),
        (
            {"security": SecurityConfig(users=(userOf("anna", "hush"),))},
            "anybody may register by H.323; 1 user may register by SIP, by password; ",
        ),
        (
            {"security": SecurityConfig(users=(userOf("anna", "x"), userOf("bert", "x")))},
            "2 users may register by SIP, by password; ",
        ),
        (
            {"security": SecurityConfig(users=(userOf("anna", "hush"),), digest=DigestDemand.OFF)},
            "anybody may register by SIP; ",
        ),
        (
            {"security": SecurityConfig(h2351=Requirement.OFF, passwords=(ANNA,))},
            "anybody may register by H.323; ",
        ),
        (
            {"security": SecurityConfig(h2351=Requirement.REQUIRED, passwords=(ANNA,))},
            "2 names may register by H.323, with their passwords; ",
        ),
        (
            {"sip": SIPConfig(domains=("example.com",))},
            "anybody may register at example.com by SIP",
        ),
        (
            {"conference": ConferenceConfig(patterns=(), rooms=(RoomConfig("board"),))},
            "anybody may join board (H.323, SIP)",
        ),
        ({"plugins": PluginConfig(gates=("guard",))}, "(H.323, SIP), if guard let them"),
        ({"routed": RoutedConfig(acceptUnregistered=True)}, "anybody may call others through here"),
        (
            {"gateway": GatewayConfig(acceptUnregistered=True)},
            "anybody may call others through here",
        ),
        (
            {"routing": RoutingConfig(catchAll="192.0.2.1", acceptUnknownLRQ=True)},
            "calls to names that nobody knows go to 192.0.2.1; anybody may ask where names are (LRQ)",
        ),
        (
            {"routing": RoutingConfig(trunks=(TRUNK, replace(TRUNK, name="b", mayCall=False)))},
            "only who is registered, and who calls from a may call others through here",
        ),
        (
            {
                "h323": H323Config(tlsPort=1300, certificate="a", privateKey="b"),
                "sip": SIPConfig(srtp=MediaEncryption.OFF),
            },
            "call signalling of H.323 may be encrypted (TLS), nothing else is",
        ),
        (
            {
                "h323": H323Config(tlsPort=1300, certificate="a", privateKey="b"),
                "sip": SIPConfig(srtp=MediaEncryption.REQUIRED),
            },
            "call signalling of H.323 may be encrypted (TLS), and sound of SIP has to be (SRTP)",
        ),
        (
            {
                "h323": H323Config(tlsPort=1300, certificate="a", privateKey="b"),
                "sip": SIPConfig(
                    tlsPort=5061,
                    certificate="a",
                    privateKey="b",
                    authorities="c",
                    clientCertificates=ClientCertificates.SIGNED,
                ),
            },
            "call signalling of H.323 and SIP by who has a certificate may be encrypted (TLS), "
            "and sound of SIP may be (SRTP)",
        ),
        (
            {"guard": GuardConfig(registry="council.yaml", name="council")},
            "guardians of council.yaml may register by H.323; "
            "guardians of council.yaml may register by SIP; "
            "guardians of council.yaml may open rooms 8xxxx (H.323, SIP); ",
        ),
        (
            {"control": ControlConfig(manhole=True)},
            "who has a key in ~/.ssh/authorized_keys may run Python in the server, from this machine",
        ),
    ],
)
def test_whatIsConfiguredIsSaid(sections: dict[str, Any], told: str) -> None:
    assert told in exposure(Configuration(**sections))


@pytest.mark.parametrize(
    ("sections", "absent"),
    [
        ({"gatekeeper": GatekeeperConfig(enabled=False)}, "regist"),
        ({"sip": SIPConfig(registrar=False)}, "by SIP"),
        ({"sip": SIPConfig(enabled=False)}, "SIP"),
        ({"plugins": PluginConfig(routes=())}, "rooms"),
        ({"conference": ConferenceConfig(patterns=())}, "rooms"),
    ],
)
def test_whatIsSwitchedOffIsNotOpen(sections: dict[str, Any], absent: str) -> None:
    assert absent not in exposure(Configuration(**sections))


def test_whatIsSeenByHTTP() -> None:
    assert "HTTP" not in exposure(Configuration())
    told = exposure(Configuration(web=WebConfig(enabled=True)))
    assert (
        "anybody may see by HTTP from this machine whether calls are taken, at 127.0.0.1:8323; "
        "and figures if they are in 127.0.0.0/8, ::1/128"
    ) in told
    web = WebConfig(enabled=True, bind="192.0.2.1", certificate="c.pem", privateKey="k.pem")
    told = exposure(Configuration(web=web))
    assert "by HTTP over TLS whether calls are taken, at 192.0.2.1:8323" in told
