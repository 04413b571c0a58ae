"""
The SOURCE parameter of REJECT.indication, which three signalling entities of
ITU-T H.245 have alike: CESE (C.3), CLCSE (C.6) and MRSE (C.9).
"""

from __future__ import annotations

import enum

__all__ = ["RejectSource"]


class RejectSource(enum.Enum):
    """
    Who turned a request down: the peer's user, or the protocol, which lost
    patience or was overtaken by a newer request.
    """

    USER = "user"
    PROTOCOL = "protocol"
