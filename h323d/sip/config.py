"""
What an operator can set about SIP: the C{[sip]} section.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from h323d.errors import DecodeError
from h323d.sip.messages.sessionexpires import MIN_SE
from h323d.sip.messages.uri import SIPURI, parseURI
from h323d.sip.ports import SIP_PORT
from h323d.values.media.encryption import (
    EncryptionRule,
    EncryptionTerms,
    KeyExchange,
    MediaEncryption,
    SRTPPeer,
)
from h323d.values.networks import Networks
from h323d.values.tlspeer import CertificateFiles, ClientCertificates, TLSPeer

__all__ = ["SIPConfig"]

MAX_MIN_EXPIRES = 3600  # seconds; an hour is never too brief (RFC 3261, 10.3)
MAX_MAX_EXPIRES = 7 * 24 * 3600  # seconds
MAX_SESSION_EXPIRES = 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class SIPConfig:
    """
    The C{[sip]} section.  Every value has a default that works.
    """

    enabled: bool = True
    """Whether SIP is spoken at all."""

    port: int = SIP_PORT
    """The port for UDP and TCP; 0 takes any free one."""

    tcp: bool = True
    """Whether SIP is spoken over TCP too."""

    tlsPort: int = 0
    """The port for SIP over TLS, 5061 by custom; 0 for none."""

    certificate: str = ""
    """A PEM file with our certificate, and those between it and its authority.  It is read again at
    SIGHUP; connections that are open stay so."""

    privateKey: str = ""
    """A PEM file with its key, without a passphrase."""

    otherCertificates: tuple[CertificateFiles, ...] = ()
    """Further certificates of ours: who asks for a name that one of them has (SNI) is shown that
    one."""

    authorities: str = ""
    """A PEM file with the certificates of the authorities that we believe.  If it is given, whom we
    call over TLS has to show a certificate that one of them has signed, and that names the domain,
    or the address, that we called."""

    clientCertificates: ClientCertificates = ClientCertificates.NONE
    """What who connects over TLS is asked for: C{"none"}; C{"any"} certificate, whoever has signed
    it, though none will do; or C{"signed"}: without one that one of the C{authorities} has signed,
    nobody is let in."""

    tlsPeers: tuple[TLSPeer, ...] = ()
    """Whom we call, and whose certificates can name neither their domains nor their addresses."""

    srtp: MediaEncryption = MediaEncryption.TAKEN
    """Whether sound is encrypted (SRTP): C{"off"}, never; C{"taken"}, where the other side offers
    it; C{"optional"}, that, and it is offered to whom we call; C{"required"}, or there is no
    sound."""

    srtpKeys: KeyExchange = KeyExchange.SDES
    """How its keys are offered: C{"sdes"}, in the signalling, and who can read that has them unless
    it goes over TLS; C{"dtls"}, by a handshake between the two that speak.  Whichever way the
    other side offers is taken."""

    srtpPeers: tuple[SRTPPeer, ...] = ()
    """With whom it is otherwise; the first that fits counts."""

    outboundProxy: str = ""
    """The SIP URI of a proxy that calls of ours go by, as in "sip:proxy.example.com" or
    "sip:192.0.2.5:5070;transport=tcp", but those to trunks and to whoever is registered here; empty
    for none."""

    userAgent: str = "h323d"
    """What the User-Agent and Server headers say; empty leaves them out."""

    user: str = "h323d"
    """Who we are: the user part of our own Contact, of From where a call has none, and in the o=
    line of session descriptions."""

    T1: float = 0.5
    """Seconds: the round-trip estimate that all timers of RFC 3261 follow from."""

    T2: float = 4.0
    """Seconds: the longest pause between two retransmissions."""

    T4: float = 5.0
    """Seconds: how long a message can live in the network."""

    maxCalls: int = 2000
    """Calls at one time; more are answered with 503."""

    maxUnacknowledged: int = 500
    """Calls by UDP at one time that are answered and not acknowledged yet, so that nobody knows
    whether the caller is real; the one that has waited longest gives way to the next."""

    maxUnacknowledgedPerSource: int = 100
    """The same, of one host."""

    maxTransactions: int = 20000
    """Transactions at one time; requests beyond are answered with 503 and forgotten."""

    maxConnections: int = 1000
    """Connections over TCP and TLS at one time; more are closed at once."""

    idleTimeout: float = 300.0
    """Seconds until a TCP connection that carries nothing is closed."""

    firstMessageTimeout: float = 20.0
    """Seconds that a new TCP connection has to send its first whole message."""

    messageTimeout: float = 15.0
    """Seconds that a message may take over TCP from its first octet to its last."""

    ringTimeout: float = 180.0
    """Seconds that a call of ours may ring before it is cancelled."""

    sessionExpires: int = 1800
    """Seconds after which a call ends that neither side has refreshed (RFC 4028), 90 or more: we
    ask for it, and for no longer than it a peer may go unheard; 0 leaves it to the peer."""

    historyInfo: bool = False
    """Whether who has sent a call on is told in C{History-Info} (RFC 7044) too, beside
    C{Diversion}."""

    trustedNetworks: tuple[str, ...] = ()
    """Networks, as in "192.0.2.0/24", whose SIP servers are trusted as RFC 3325 has it: who they
    say calls (P-Asserted-Identity) is believed, and they are told who calls, also where the caller
    does not want to be known; and whether sound before the answer may be heard (RFC 5009)."""

    mtu: int = 1300
    """Octets: a larger request goes over TCP if the peer takes it (RFC 3261, 18.1.1)."""

    registrar: bool = True
    """Whether SIP phones can register here; they do so with the gatekeeper, which must be
    enabled."""

    domains: tuple[str, ...] = ()
    """The domains, or literal addresses, whose names can be registered; none given, all can."""

    minExpires: int = 60
    """Seconds: who wants to register for less is told to come again with this (423)."""

    maxExpires: int = 3600
    """Seconds: the longest that a registration lasts unless renewed."""

    maxContacts: int = 10
    """How many contacts one name may have; for one more, that leaves which was not renewed for
    longest."""

    pingInterval: float = 0.0
    """Seconds between two questions (OPTIONS) to each phone that is registered whether it is still
    there; 0 asks none.  C{h323ctl registrations} tells how long the answers took."""

    preferUpdate: bool = False
    """Whether media is changed by UPDATE where the peer allows it, not by re-INVITE."""

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise ValueError("port: must be 0 to 65535")
        self._checkTLS()
        for name in (
            "T1",
            "T2",
            "T4",
            "idleTimeout",
            "firstMessageTimeout",
            "messageTimeout",
            "ringTimeout",
        ):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name}: must be more than 0")
        for name in (
            "maxCalls",
            "maxUnacknowledged",
            "maxUnacknowledgedPerSource",
            "maxTransactions",
            "maxConnections",
            "maxContacts",
        ):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: must be at least 1")
        if not 1 <= self.minExpires <= MAX_MIN_EXPIRES:
            raise ValueError(f"minExpires: must be 1 to {MAX_MIN_EXPIRES}")
        if not self.minExpires <= self.maxExpires <= MAX_MAX_EXPIRES:
            raise ValueError(f"maxExpires: must be minExpires to {MAX_MAX_EXPIRES}")
        if self.sessionExpires and not MIN_SE <= self.sessionExpires <= MAX_SESSION_EXPIRES:
            raise ValueError(f"sessionExpires: must be 0, or {MIN_SE} to {MAX_SESSION_EXPIRES}")
        try:
            _networks(self.trustedNetworks)
        except ValueError as error:
            raise ValueError(f"trustedNetworks: {error}") from None
        if self.pingInterval and not 1 <= self.pingInterval <= 3600:
            raise ValueError("pingInterval: must be 0, or 1 to 3600")
        if self.outboundProxy and self.proxy is None:
            raise ValueError(f"outboundProxy: {self.outboundProxy!r} is no SIP URI of a host")
        if self.mtu < 576:
            raise ValueError("mtu: must be at least 576")  # what every IPv4 host takes (RFC 791)

    @property
    def proxy(self) -> SIPURI | None:
        """
        The outbound proxy, as a loose router (RFC 3261, 16.12).
        """
        return _routerAt(self.outboundProxy)

    def trusts(self, host: str) -> bool:
        """
        Whether a peer is in L{trustedNetworks}.

        @param host: a literal address.
        """
        return host in _networks(self.trustedNetworks)

    def _checkTLS(self) -> None:
        if not 0 <= self.tlsPort <= 65535:
            raise ValueError("tlsPort: must be 0 to 65535")
        if self.tlsPort and self.tlsPort == self.port:
            raise ValueError("tlsPort: must not be the port for TCP")
        if bool(self.certificate) != bool(self.privateKey):
            raise ValueError("privateKey: and certificate belong together")
        if self.otherCertificates and not self.certificate:
            raise ValueError("otherCertificates: need a certificate and a privateKey beside them")
        if self.tlsPort and not self.certificate:
            raise ValueError("tlsPort: needs a certificate and a privateKey")
        if self.clientCertificates is ClientCertificates.SIGNED and not self.authorities:
            raise ValueError("clientCertificates: signed ones need authorities")
        if not self.authorities and any(not peer.key for peer in self.tlsPeers):
            raise ValueError("tlsPeers: one without a key needs authorities")

    @property
    def speaksTLS(self) -> bool:
        """
        Whether others are called over TLS, at least.
        """
        return bool(self.certificate or self.authorities or self.tlsPeers)

    @property
    def encryption(self) -> EncryptionRule:
        """
        With whom sound is encrypted.
        """
        return _rule(EncryptionTerms(self.srtp, self.srtpKeys), self.srtpPeers)


@lru_cache(maxsize=16)
def _networks(listed: tuple[str, ...]) -> Networks:
    return Networks(listed)


@lru_cache(maxsize=16)
def _routerAt(text: str) -> SIPURI | None:
    """
    @return: C{None} if it is the URI of none.
    """
    try:
        uri = parseURI(text)
    except DecodeError:
        return None
    if not isinstance(uri, SIPURI) or uri.user or uri.headers:
        return None
    return uri if uri.isLooseRouter else uri.withParameter("lr")


@lru_cache(maxsize=16)
def _rule(usual: EncryptionTerms, peers: tuple[SRTPPeer, ...]) -> EncryptionRule:
    return EncryptionRule(usual, peers)
