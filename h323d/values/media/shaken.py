"""
What comes of a step of a handshake by which keys of media are agreed on.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.values.media.encryption import StreamKeys

__all__ = ["Shaken"]


@dataclass(frozen=True, slots=True)
class Shaken:
    """
    @ivar datagrams: to be sent.
    @ivar keys: C{None} until they are agreed on.
    @ivar timeout: seconds until what was said is to be said again; C{None} if it is not.
    """

    datagrams: tuple[bytes, ...] = ()
    keys: StreamKeys | None = None
    timeout: float | None = None
