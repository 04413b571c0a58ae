"""
What an operator can set about H.323 calls: the C{[h323]} section.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.h323.calls.callinputs import T301, T303, T310, CallTimers
from h323d.h323.ports import SIGNALLING_PORT
from h323d.values.live import Live
from h323d.values.portspan import PortSpan
from h323d.values.tlspeer import TLSPeer

__all__ = ["H323Config"]


@dataclass(frozen=True, slots=True)
class H323Config:
    """
    The C{[h323]} section.  Every value has a default that works.
    """

    enabled: bool = True
    """Whether H.323 is spoken at all."""

    port: int = SIGNALLING_PORT
    """The TCP port for call signalling; 0 takes any free one."""

    tlsPort: int = 0
    """The TCP port for call signalling over TLS, 1300 by custom (H.460.22); 0 for none."""

    portRange: str = ""
    """The local TCP ports that connections for call signalling leave from which we open, as in
    C{"20000-20999"}; empty for any.  A port is used again a minute after its call at the
    earliest."""

    h245PortRange: str = ""
    """The local TCP ports on which a separate H.245 channel is waited for, and which those leave
    from that we open; empty for any.  A routed call may need four."""

    certificate: str = ""
    """A PEM file with our certificate, and those between it and its authority."""

    privateKey: str = ""
    """A PEM file with its key, without a passphrase."""

    authorities: str = ""
    """A PEM file with the certificates of the authorities that we believe.  If it is given, whom we
    call over TLS has to show a certificate that one of them has signed, and that names the address
    we called."""

    verifyPeers: bool = False
    """Whether who calls us over TLS needs a certificate that one of the C{authorities} has
    signed."""

    tlsPeers: tuple[TLSPeer, ...] = ()
    """Whom we call, and whose certificates cannot name their addresses."""

    name: str = "h323d"
    """The h323-ID and display name of our own calls, where a call has none."""

    terminalType: Live[int] = 190
    """What we claim in the master-slave determination: 60 a gateway, 160 to 190 an MCU."""

    fastStart: Live[bool] = True
    """Whether our own calls offer fast start, and offers of others are accepted."""

    tunnelling: Live[bool] = True
    """Whether H.245 may travel inside the call signalling connection."""

    earlyH245: Live[bool] = False
    """Whether our own calls begin H.245 in the Setup itself, where they tunnel."""

    maxConnections: Live[int] = 2000
    """Signalling connections at one time; more are closed at once."""

    maxCallsPerConnection: Live[int] = 200
    """Calls that one connection may carry at one time; more are refused."""

    maxCalls: Live[int] = 2000
    """Calls at one time; more are refused with cause 47."""

    firstMessageTimeout: Live[float] = 15.0
    """Seconds that a connection without a call stays open."""

    packetTimeout: Live[float] = 15.0
    """Seconds that a packet may take from its first octet to its last."""

    connectTimeout: Live[float] = 5.0
    """Seconds that a connection of ours may take to open."""

    answerTimeout: Live[float] = T303
    """Seconds until the first answer to our Setup (T303)."""

    proceedingTimeout: Live[float] = T310
    """Seconds from CallProceeding until Alerting or Connect (T310)."""

    ringTimeout: Live[float] = T301
    """Seconds that a call of ours may ring (T301)."""

    statusInterval: Live[float] = 0.0
    """Seconds between two StatusInquiries in each active call, which is cleared if three of them
    stay without an answer; 0 sends none, for there is equipment that does not answer them."""

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise ValueError("port: must be 0 to 65535")
        if not 0 <= self.tlsPort <= 65535:
            raise ValueError("tlsPort: must be 0 to 65535")
        for name in ("portRange", "h245PortRange"):
            _checkRange(name, getattr(self, name))
        if bool(self.certificate) != bool(self.privateKey):
            raise ValueError("privateKey: and certificate belong together")
        if self.tlsPort and not self.certificate:
            raise ValueError("tlsPort: needs a certificate and a privateKey")
        if self.verifyPeers and not self.authorities:
            raise ValueError("verifyPeers: needs authorities")
        if not self.authorities and any(not peer.key for peer in self.tlsPeers):
            raise ValueError("tlsPeers: one without a key needs authorities")
        if not 0 <= self.terminalType <= 255:
            raise ValueError("terminalType: must be 0 to 255")
        for name in ("maxConnections", "maxCallsPerConnection", "maxCalls"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: must be at least 1")
        for name in (
            "firstMessageTimeout",
            "packetTimeout",
            "connectTimeout",
            "answerTimeout",
            "proceedingTimeout",
            "ringTimeout",
        ):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name}: must be more than 0")
        if self.statusInterval < 0:
            raise ValueError("statusInterval: must not be negative")

    @property
    def timers(self) -> CallTimers:
        """
        The timers of the call machine.
        """
        return CallTimers(
            self.ringTimeout, self.answerTimeout, self.proceedingTimeout, self.statusInterval
        )


def _checkRange(name: str, text: str) -> None:
    try:
        if text:
            PortSpan.parse(text)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
