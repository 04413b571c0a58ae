"""
What a party is like, and whom it tells what happens.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from h323d.call.declaration import NOTHING_DECLARED, Declaration
from h323d.call.media import PortStatistics
from h323d.call.transfers import MAXIMUM_TRANSFERS
from h323d.dsp.codec import ICodec
from h323d.h323.calls.callstart import StartUpOptions
from h323d.media.audio.codecs import BUILT_IN
from h323d.media.config import MediaConfig
from h323d.sip.messages.uri import SIPURI
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.ed25519 import SigningIdentity
from h323d.values.media.profile import MediaProfile
from h323d.values.tlspeer import CertificateFiles

__all__ = ["PhoneOwner", "PhoneSettings"]


@dataclass(frozen=True)
class PhoneSettings:
    """
    What a party is like.

    @ivar bind: its address for everything.
    @ivar alias: its name.
    @ivar profile: what it speaks.
    @ivar codecs: what it can code and decode.
    @ivar startUp: how its H.323 calls start.
    @ivar gatekeeper: where it registers before it calls by alias.
    @ivar registrar: where it registers by SIP before it calls; C{None} for nowhere.
    @ivar gatekeeperPassword: of its name, for H.235.1; empty for none.
    @ivar signs: as whom it signs what it asks for; C{None} if it does not.
    @ivar declaration: of its calls.
    @ivar transfers: how often one call may be transferred by the other side, or its
        gatekeeper (Facility, C{callForwarded}); 0 for never.
    @ivar tls: signal H.323 calls over TLS.
    @ivar tlsAuthorities: a PEM file of those who may have signed for the other
        side; empty for anybody.
    @ivar tlsKey: the public key that the other side has to have, as L{TLSPeer} writes it;
        empty for any.
    @ivar tlsShown: the certificate that it shows over TLS; C{None} for none.
    """

    bind: str
    alias: str
    profile: MediaProfile
    startUp: StartUpOptions = field(default_factory=StartUpOptions)
    gatekeeper: TransportAddress | None = None
    gatekeeperPassword: str = field(default="", repr=False)
    transfers: int = MAXIMUM_TRANSFERS
    tls: bool = False
    tlsAuthorities: str = ""
    tlsKey: str = ""
    tlsShown: CertificateFiles | None = None
    sipPort: int = 0
    h323Port: int = 0
    media: MediaConfig = field(default_factory=MediaConfig)
    codecs: tuple[ICodec, ...] = BUILT_IN
    signs: SigningIdentity | None = None
    declaration: Declaration = NOTHING_DECLARED
    registrar: SIPURI | None = None


class PhoneOwner(Protocol):
    """
    Whom a party tells what happens.
    """

    def phoneRegistered(self) -> None:
        """The gatekeeper, or the registrar, knows us: calls can be made."""

    def phoneHappened(self, what: str, **details: Any) -> None:
        """Something to tell: C{proceeding}, C{alerting}, C{answered} and so on."""

    def phoneDialled(self) -> None:
        """Our Setup or INVITE leaves."""

    def phoneFailed(self, reason: str) -> None:
        """There will be no call."""

    def phoneReleased(self, cause: Cause, statistics: PortStatistics) -> None:
        """The call is over."""
