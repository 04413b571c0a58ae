"""
linphonec, a SIP phone on a console, for system tests.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.support.processes import Process, program
from tests.support.sound import writeTone

__all__ = ["Linphone"]


class Linphone(Process):
    """
    It registers, answers whoever calls, and plays a tone instead of listening to a sound card.

    @ivar address: its own.
    @ivar heard: the recording of what it hears.
    """

    SETTINGS = """\
[sip]
sip_port=5060
sip_tcp_port=-1
sip_tls_port=-1
bind_address={address}
default_proxy=0
use_ipv6=0
verify_server_certs=0
verify_server_cn=0
media_encryption={encryption}
media_encryption_mandatory={mandatory}
[rtp]
audio_rtp_port=22000-23000
[sound]
echocancellation=0
[proxy_0]
reg_proxy=<sip:{registrar}>
reg_identity=sip:{name}@{home}
reg_sendregister=1
reg_expires=60
"""
    PASSWORD = """\
[auth_info_0]
username={name}
passwd={password}
realm=h323d
"""
    ICE = """\
[net]
nat_policy_ref=ours
[nat_policy_0]
ref=ours
stun_server={stun}
protocols=stun,ice
"""
    CODEC = """\
[audio_codec_{number}]
mime={mime}
rate={rate}
channels={channels}
enabled={enabled}
"""
    CODECS = (
        ("opus", 48000, 2), ("speex", 16000, 1), ("speex", 8000, 1), ("PCMU", 8000, 1),
        ("PCMA", 8000, 1), ("G729", 8000, 1),
    )  # fmt: skip

    def __init__(
        self,
        directory: Path,
        address: str,
        registrar: str,
        name: str,
        codec: str = "PCMU",
        tone: int = 700,
        password: str = "",
        stun: str = "",
        encryption: str = "none",
    ) -> None:
        """
        @param registrar: its address, and how it is spoken to, as in
            C{"192.0.2.1;transport=tls"}: whoever that is, it is believed.
        @param codec: all that it speaks.
        @param tone: Hz.
        @param password: its name's, in our realm; empty where none is asked for.
        @param stun: the server that it asks where it is, and then offers ICE; empty, and it
            does not.
        @param encryption: C{"srtp"} or C{"dtls"}, and no call is without.
        """
        super().__init__(directory, f"linphone-{address}")
        self.address = address
        codecs = [
            self.CODEC.format(
                number=number, mime=mime, rate=rate, channels=channels, enabled=int(mime == codec)
            )
            for number, (mime, rate, channels) in enumerate(self.CODECS)
        ]
        settings = self.SETTINGS.format(
            address=address,
            registrar=registrar,
            home=registrar.partition(";")[0],
            name=name,
            encryption=encryption,
            mandatory=int(encryption != "none"),
        )
        if password:
            settings += self.PASSWORD.format(name=name, password=password)
        if stun:
            settings += self.ICE.format(stun=stun)
        self._settings = settings + "".join(codecs)
        self._tone = tone
        self.heard = self.directory / "heard.wav"

    def command(self) -> Sequence[str]:
        linphonec = program("linphonec")
        (self.directory / ".local/share/linphone").mkdir(parents=True)  # or it does nothing
        file = self.directory / "rc"
        file.write_text(self._settings)
        writeTone(self.directory / "tone.wav", self._tone, 300.0)
        return [program("env"), f"HOME={self.directory}", linphonec, "-a", "-c", str(file)]

    def _begin(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as log:
            child = subprocess.Popen(
                command, cwd=self.directory, stdout=log, stderr=subprocess.STDOUT,
                stdin=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
        self._console = child.stdin
        tone = self.directory / "tone.wav"
        for each in ("soundcard use files", f"play {tone}", f"record {self.heard}"):
            self.tell(each)
        return child

    def tell(self, command: str) -> None:
        """
        Type a command.
        """
        assert self._console is not None
        self._console.write(f"{command}\n".encode())
        self._console.flush()

    def stop(self) -> None:
        if self._child is not None:
            self.signal(signal.SIGKILL)  # it hears no other without a terminal
        super().stop()
