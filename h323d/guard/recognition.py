"""
Whose signatures the latest requests had, so that each can be answered as what it proved to be.
"""

from __future__ import annotations

from collections import OrderedDict

from h323d.values.address import TransportAddress
from h323d.values.proof import Proof

__all__ = ["MAX_RECOGNISED", "Recognition"]

MAX_RECOGNISED = 10_000  # requests; far more than can be waiting for their answer


class Recognition:
    """
    The latest signatures that were looked at, by where they came from: who shows another's once
    more, from elsewhere, is not taken for them.
    """

    def __init__(self) -> None:
        self._signers: OrderedDict[tuple[TransportAddress, bytes, bytes], str] = OrderedDict()

    def note(self, proof: Proof, source: TransportAddress, signer: str) -> None:
        """
        A signature has been looked at.

        @param signer: the C{terminal_id} of whose it is; empty if it does not count.
        """
        name = _nameOf(proof, source)
        self._signers.pop(name, None)
        self._signers[name] = signer
        if len(self._signers) > MAX_RECOGNISED:
            self._signers.popitem(last=False)

    def of(self, proof: Proof, source: TransportAddress) -> str | None:
        """
        What was noted; C{None} if it was not looked at yet, or that is long ago.
        """
        return self._signers.get(_nameOf(proof, source))


def _nameOf(proof: Proof, source: TransportAddress) -> tuple[TransportAddress, bytes, bytes]:
    return source, proof.key, proof.nonce
