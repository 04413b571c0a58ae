"""
How a request that is not believed is refused, in the words of its own reject
(ITU-T H.225.0, C{SecurityErrors} and the reasons C{securityDenial}).
"""

from __future__ import annotations

from h323d.h323.ras.messages import ANSWERS, PROTOCOL_IDENTIFIER, Fields, RASMessage, rejection
from h323d.h323.security.h235 import Fault

__all__ = ["BY_WHO_KNOWS", "refusalOf"]

BY_WHO_KNOWS = frozenset((Fault.TIME, Fault.REPLAY, Fault.WRONG_SENDER, Fault.WRONG_RECEIVER))
"""
Whoever made one of these knew the password: the reject may be signed.
"""

_MORE: dict[str, Fields] = {
    "gatekeeperRequest": {"protocolIdentifier": PROTOCOL_IDENTIFIER},
    "registrationRequest": {"protocolIdentifier": PROTOCOL_IDENTIFIER},
    "unregistrationRequest": {},
    "admissionRequest": {},
    "bandwidthRequest": {"allowedBandWidth": 0},
    "disengageRequest": {},
    "locationRequest": {},
    "infoRequestResponse": {},
}
SECURITY_ERRORS_SINCE = 4  # the version of H.225.0 that can tell more than securityDenial


def refusalOf(
    request: RASMessage, fault: Fault, gatekeeperIdentifier: str, version: int
) -> RASMessage | None:
    """
    @param version: of H.225.0 that the asker speaks; 0 if it is not known.

    @return: C{None} for a message that has no reject, or whose asker wants none.
    """
    more = _MORE.get(request.name)
    if more is None or (request.name in _ASKED_FOR and not request.fields.get("needResponse")):
        return None
    if request.name in ("gatekeeperRequest", "registrationRequest"):
        more = more | {"gatekeeperIdentifier": gatekeeperIdentifier}
    if fault.value.startswith("security") and version >= SECURITY_ERRORS_SINCE:
        return rejection(request, "securityError", (fault.value, None), **more)
    return rejection(request, "securityDenial", None, **more)


_ASKED_FOR = frozenset(("infoRequestResponse",))
assert _MORE.keys() <= ANSWERS.keys()
