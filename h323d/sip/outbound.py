"""
How a user agent behind proxies and NATs is reached by a way that it has opened itself: the
proxies on that way (Path, RFC 3327), and several such ways of one user agent (RFC 5626).
"""

from __future__ import annotations

from h323d.sip.agent import OUTBOUND
from h323d.sip.messages.grammar import fail, unquote
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.messages.uri import SIPURI
from h323d.sip.reasons import RegistrationRefused

__all__ = ["INSTANCE", "REG_ID", "flowOf", "instanceOf", "pathOf"]

INSTANCE = "+sip.instance"  # of a Contact (4.1)
REG_ID = "reg-id"  # likewise (4.2)
MAX_INSTANCE = 128  # characters of an instance that is known again; that of a UUID has 47
MAX_FLOW = 2**31 - 1  # 9.1
MAX_PATH = 8  # proxies
MAX_ROUTE = 256  # characters of each


def instanceOf(contact: NameAddr) -> str:
    """
    Which user agent it is; empty if it does not say so, or too much.
    """
    instance = unquote(contact.parameter(INSTANCE) or "")
    return instance if len(instance) <= MAX_INSTANCE else ""


def flowOf(contact: NameAddr, request: SIPRequest, path: tuple[SIPURI, ...]) -> int:
    """
    Which of its ways a user agent registers (RFC 5626, 6); 0 if it keeps none for us.

    @param path: as of L{pathOf}.

    @raise RegistrationRefused: the first proxy would not keep it open.
    @raise DecodeError: it has no number.
    """
    text = contact.parameter(REG_ID)
    wanted = OUTBOUND in request.headers.tokens("Supported") | request.headers.tokens("Require")
    if text is None or not wanted or not instanceOf(contact):
        return 0
    if not (text.isascii() and text.isdigit() and 0 < int(text[:10]) <= MAX_FLOW):
        fail("no number of a way", "Contact")
    if len(request.headers.all("Via")) > 1 and not (path and path[-1].parameter("ob") is not None):
        raise RegistrationRefused(439)
    return int(text[:10])


def pathOf(request: SIPRequest) -> tuple[SIPURI, ...]:
    """
    The proxies by which a user agent wants to be called, nearest to us first.

    @raise DecodeError: they are none that could be taken, or too many.
    """
    path = []
    for value in request.headers.all("Path"):
        uri = NameAddr.parse(value, "Path").uri
        if not isinstance(uri, SIPURI) or not uri.isLooseRouter or len(str(uri)) > MAX_ROUTE:
            fail("names no loose router", "Path")
        path.append(uri)
    if len(path) > MAX_PATH:
        fail("has too many proxies", "Path")
    return tuple(path)
