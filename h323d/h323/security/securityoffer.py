"""
What an endpoint offers in its GRQ to prove itself by, and what a gatekeeper
chooses in the GCF (ITU-T H.225.0, C{authenticationCapability} and
C{algorithmOIDs}; H.235.1).
"""

from __future__ import annotations

from typing import Any

from h323d.h323.ras.messages import Fields
from h323d.h323.security.h235 import ALGORITHM
from h323d.h323.security.passwordtokens import CAT, CAT_ALGORITHM, MD5, MD5_ALGORITHM

__all__ = ["OFFER", "chosenOf", "promised"]

Choice = tuple[str, Any]  # Any: what the alternative holds

_HASH: Choice = ("pwdHash", None)
_RADIUS: Choice = ("authenticationBES", ("radius", None))
_ALGORITHM_OF_VERSION_1 = (0, 0, 8, 235, 0, 1, 6)

OFFER: Fields = {"authenticationCapability": [_HASH], "algorithmOIDs": [ALGORITHM]}
"""What an endpoint that knows H.235.1, and nothing else, says in its GRQ."""


def promised(fields: Fields) -> bool:
    """
    Whether a GRQ says anything of proofs.
    """
    return bool(fields.get("authenticationCapability") or fields.get("algorithmOIDs"))


def chosenOf(fields: Fields, weak: tuple[str, ...]) -> Fields | None:
    """
    The best that a GRQ offers.

    @param weak: which schemes are taken, besides H.235.1.

    @return: what the GCF says of it; C{None} if nothing offered will do.
    """
    mechanisms = fields.get("authenticationCapability", ())
    algorithms = fields.get("algorithmOIDs", ())
    ways = [(ALGORITHM, _HASH), (_ALGORITHM_OF_VERSION_1, _HASH)]
    ways += [(MD5_ALGORITHM, _HASH)] if MD5 in weak else []
    ways += [(CAT_ALGORITHM, _RADIUS)] if CAT in weak else []
    for algorithm, mechanism in ways:
        if mechanism in mechanisms and algorithm in algorithms:
            return {"authenticationMode": mechanism, "algorithmOID": algorithm}
    return None
