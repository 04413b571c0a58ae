"""
What we are, as H.225.0 says it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from h323d import __version__
from h323d.h323.signalling import uuie
from h323d.h323.signalling.endpointtype import gatekeeperType, mcuType, terminalType
from h323d.h323.signalling.uuie import CallIdentity, Start

KINDS = [
    (gatekeeperType, "gatekeeper", False),
    (mcuType, "mcu", True),
    (terminalType, "terminal", False),
]
Makes = Callable[[str], dict[str, Any]]


@pytest.mark.parametrize(("make", "kind", "mc"), KINDS)
def test_eachIsOneKindAndOnlyAnMCUHasAnMC(make: Makes, kind: str, mc: bool) -> None:
    told = make("Room 1")
    assert {key for key in told if key in ("gatekeeper", "mcu", "terminal", "gateway")} == {kind}
    assert (told["mc"], told["undefinedNode"]) == (mc, False)
    assert told["vendor"]["productId"] == b"Room 1"
    assert told["vendor"]["versionId"] == __version__.encode()


@pytest.mark.parametrize(
    ("name", "product"), [("", b"h323d"), ("R\u00e4ume", b"R?ume"), ("x" * 300, b"x" * 256)]
)
def test_anyProductsNameCanBeSent(name: str, product: bytes) -> None:
    told = mcuType(name)
    assert told["vendor"]["productId"] == product
    identity = CallIdentity(bytes(16), bytes(16))
    octets = uuie.write(uuie.connect(identity, told, Start()), False)
    assert uuie.read(octets).fields["destinationInfo"]["vendor"]["productId"] == product
