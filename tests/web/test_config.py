"""
What the C{[web]} section may hold.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.config.reading import parse
from h323d.errors import ConfigurationError
from h323d.web.config import WebConfig

FILES = {"certificate": "c.pem", "privateKey": "k.pem"}


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("port", {"port": -1}),
        ("port", {"port": 65536}),
        ("bind", {"bind": "localhost"}),
        ("bind", {"bind": "0.0.0.0"}),
        ("bind", {"bind": "192.0.2.1"}),
        ("bind", {"bind": "::"}),
        ("privateKey", {"certificate": "c.pem"}),
        ("privateKey", {"privateKey": "k.pem"}),
        ("metricsFrom", {"metricsFrom": ("10.0.0.1/8",)}),
        ("metricsFrom", {"metricsFrom": ("prometheus",)}),
        ("maxConnections", {"maxConnections": 0}),
        ("maxConnectionsPerPeer", {"maxConnectionsPerPeer": 0}),
    ],
)
def test_whatCannotBeUsedIsRefusedByItsName(key: str, values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        WebConfig(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"port": 0},
        {"bind": "::1"},
        {"bind": "127.0.145.1"},
        {"bind": "0.0.0.0", **FILES},
        {"metricsFrom": ()},
        {"metricsFrom": ("192.0.2.7", "2001:db8::/32")},
    ],
)
def test_whatCanBeUsed(values: dict[str, Any]) -> None:
    assert {name: getattr(WebConfig(**values), name) for name in values} == values


def test_aFileThatWouldShowFiguresUnencryptedIsRefusedByItsKey() -> None:
    with pytest.raises(ConfigurationError, match=r"web\.bind: without a certificate"):
        parse('[web]\nenabled = true\nbind = "0.0.0.0"\n', "h323d.toml")
