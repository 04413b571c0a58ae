"""
Cosigning (C2SP tlog-cosignature): to sign the heads of somebody else's log, as long as each goes on
from the one that was signed last.  Who does it needs no records, and trusts no server.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from h323d.errors import DecodeError, H323dError
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.note import Note, Signature, Signer, VerifierKey
from h323d.witness.log.places import keep
from h323d.witness.log.tree import EMPTY, provesConsistency

__all__ = ["Cosigned", "NotCosigned"]


class NotCosigned(H323dError):
    """
    A log has gone back, or another way.
    """


class Cosigned:
    """
    What a cosigner has signed last of one log, which is on the disk before the signature leaves:
    whatever happens to the process, it never signs two histories.

    @ivar key: the log's.
    @ivar last: that head; one of no records, if there is none.
    """

    def __init__(self, path: Path, key: VerifierKey, signer: Signer) -> None:
        """
        @param path: the file in which it is kept.

        @raise DecodeError: the file has something else; it is named.
        @raise OSError: it cannot be read.
        """
        self.key = key
        self._path = path
        self._signer = signer
        self.last = _headIn(path, key) or Checkpoint(key.name, 0, EMPTY)

    def cosign(self, note: Note, proof: Sequence[bytes], now: int) -> Signature:
        """
        Sign a head.

        @param proof: that the log of it begins with all of the head that was signed last.
        @param now: in seconds since 1970.

        @raise DecodeError: it is not a head that the log has signed.
        @raise NotCosigned: the log has not gone on as it should.
        @raise OSError: what is signed cannot be kept, so that nothing is.
        """
        head = Checkpoint.readSigned(str(note), self.key)
        self._check(head, proof)
        cosignature = self._signer.cosign(note.text, now)
        # Without what strangers may have added, so that it is never more than can be read again.
        named = self.key.name, self.key.id
        own = next(each for each in note.signatures if (each.name, each.keyId) == named)
        keep(self._path, str(Note(note.text, (own, cosignature))).encode())
        self.last = head
        return cosignature

    def isFork(self, head: Checkpoint) -> bool:
        """
        Whether it is of as many records as the last one, and of others.
        """
        return head.size == self.last.size and head.root != self.last.root

    def _check(self, head: Checkpoint, proof: Sequence[bytes]) -> None:
        last = self.last
        if head.size < last.size:
            raise NotCosigned(f"the log shows {head.size} records, and had {last.size}")
        if self.isFork(head) or not provesConsistency(
            last.size, head.size, last.root, head.root, proof
        ):
            raise NotCosigned(f"the log of {head.size} records does not begin with {last}")


def _headIn(path: Path, key: VerifierKey) -> Checkpoint | None:
    try:
        return Checkpoint.readSigned(path.read_bytes().decode(), key)
    except FileNotFoundError:
        return None
    except (DecodeError, UnicodeDecodeError) as error:
        raise DecodeError(f"is not what was cosigned last: {error}", str(path)) from None
