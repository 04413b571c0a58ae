"""
baresip over TLS, for system tests.
"""

from __future__ import annotations

from pathlib import Path

from tests.support.certificates import Issued, KeyKind, issue
from tests.support.processes import Baresip
from tests.support.sound import writeTone

__all__ = ["SecurePhone"]

TONE = 700  # Hz


class SecurePhone(Baresip):
    """
    One that calls over TLS, and shows a certificate of its own if it is asked for one.
    """

    def __init__(
        self,
        directory: Path,
        address: str,
        believed: Issued,
        dial: str = "",
        account: str = "",
        registrar: str = "",
    ) -> None:
        """
        @param account: more of its account's settings, as in C{"mediaenc=srtp"}.
        """
        directory.mkdir()
        writeTone(directory / "tone.wav", TONE, 300.0, 8000)
        self.shown = issue(directory, "shown", address, kind=KeyKind.ED25519)
        both = Path(self.shown.certificate).read_text() + Path(self.shown.privateKey).read_text()
        (directory / "both.pem").write_text(both)
        more = f";{account}" if account else ""
        super().__init__(directory, address, dial, 300, registrar=registrar, account=more)
        self.CONFIGURATION = Baresip.CONFIGURATION + (
            f"module srtp.so\nmodule dtls_srtp.so\nsip_certificate {directory}/both.pem\n"
            f"sip_cafile {believed.certificate}\n"
        )
