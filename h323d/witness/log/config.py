"""
The configuration of the witness's log.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.errors import DecodeError
from h323d.witness.log.note import SignatureType, VerifierKey, isName

__all__ = ["CosignerConfig", "WitnessConfig"]


@dataclass(frozen=True, slots=True)
class CosignerConfig:
    """
    Somebody who signs the heads of the log, too.
    """

    url: str
    """Where heads are sent (C2SP tlog-witness): what stands before /add-checkpoint."""

    key: str
    """The public key, as in NAME+ID+BASE64."""

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise ValueError(f"url: {self.url!r} is no URL")
        try:
            key = VerifierKey.read(self.key)
        except DecodeError as error:
            raise ValueError(f"key: {error}") from None
        if key.type is not SignatureType.COSIGNATURE:
            raise ValueError("key: is not that of a cosigner")


@dataclass(frozen=True, slots=True)
class WitnessConfig:
    """
    A log of what was decided, that an outsider can verify.
    """

    directory: str = ""
    """Where the log is; a relative path is under the state directory (control.stateDirectory), and
    empty keeps none."""

    origin: str = ""
    """The name of the log, by which its heads are signed, as in council.example/if-witness/a:
    another for each server, and never changed."""

    key: str = "witness.key"
    """The file with the private key that signs them (Ed25519, PEM); it is made if there is none.
    Paths as for directory."""

    required: bool = True
    """Whether new calls are refused while the log cannot be written; calls go on in any case."""

    retention: int = 90
    """For how many days addresses, numbers and names can be looked up, and whole files of records
    are kept."""

    anchors: tuple[str, ...] = ()
    """Where each signed head is sent to, too: files, to which it is appended, and URLs, which get
    it by POST."""

    cosigners: tuple[CosignerConfig, ...] = ()
    """Those who sign the heads, too, once they have seen that the log goes on as it should."""

    def __post_init__(self) -> None:
        for name in ("directory", "key"):
            if "\0" in getattr(self, name):
                raise ValueError(f"{name}: is not a path")
        if self.directory and not self.origin:
            raise ValueError("origin: a log needs a name")
        if self.origin and not isName(self.origin):
            raise ValueError("origin: may have neither spaces nor a +")
        if not 1 <= self.retention <= 36_500:
            raise ValueError("retention: must be 1 to 36500 days")
