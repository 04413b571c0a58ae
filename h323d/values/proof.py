"""
What somebody shows to prove who they are, whatever protocol it came by.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Proof"]


@dataclass(frozen=True, slots=True)
class Proof:
    """
    A proof of identity, as a message carries it.  That one exists says
    nothing: it counts when whoever holds the secret has verified it.

    @ivar scheme: how it is made, as in C{"h2351"}.
    @ivar identity: who it says it is.
    @ivar time: when it was made, in seconds of Unix time.
    @ivar nonce: what makes it unlike others of the same second; it may be
        negative, and is compared as it came.
    """

    scheme: str
    identity: str
    time: int
    nonce: int
