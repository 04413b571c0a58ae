"""
For whose calls a rule is.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from h323d.gatekeeper.routing.chain import Called
from h323d.h323.signalling.addresses import partyFromText

__all__ = ["Callers", "callersOf"]

Callers = Callable[[Called], bool]


def callersOf(text: str) -> Callers:
    """
    @param text: a network (C{10.1.0.0/16}), an address, or a name that the
        calling endpoint has registered: one that it only claims does not
        count.  Empty for everybody.
    """
    if not text:
        return lambda called: True
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        name = partyFromText(text)
        return lambda called: called.caller is not None and name in called.caller.aliases
    return lambda called: (
        called.source is not None and ipaddress.ip_address(called.source.host) in network
    )
