"""
TLS as a service has it: of the certificates that the configuration names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twisted.protocols.tls import TLSMemoryBIOFactory

from h323d.call.transport import SecureStreams
from h323d.config.sections import Configuration
from h323d.h323.config import H323Config
from h323d.ha.doors import Security
from h323d.net.tls import Credentials, TLSListener, TLSOpener
from h323d.sip.config import SIPConfig
from h323d.values.tlspeer import ClientCertificates
from h323d.web.config import WebConfig

__all__ = ["sealed", "secureStreams"]


def secureStreams(configuration: Configuration, reactor: Any) -> Mapping[Security, SecureStreams]:
    """
    @param reactor: Any, of many interfaces.

    @return: those that are wanted.

    @raise ConfigurationError: a certificate cannot be read.
    """
    calls = _secureCalls(configuration.h323, bool(configuration.guard.registry), reactor)
    sip = _secureSIP(configuration.sip, reactor)
    both = {Security.CALLS: calls, Security.SIP: sip}
    return {what: streams for what, streams in both.items() if streams is not None}


def _secureCalls(config: H323Config, isGuarded: bool, reactor: Any) -> SecureStreams | None:
    """
    @param isGuarded: whether callers may prove by their keys who they are.
    """
    if not config.certificate:
        return None
    clients = ClientCertificates.ANY if isGuarded else ClientCertificates.NONE
    if config.verifyPeers:
        clients = ClientCertificates.SIGNED
    return _secureStreams(
        reactor,
        Credentials(
            config.certificate, config.privateKey, config.authorities, clients, config.tlsPeers
        ),
    )


def _secureSIP(config: SIPConfig, reactor: Any) -> SecureStreams | None:
    if not config.speaksTLS:
        return None
    return _secureStreams(
        reactor,
        Credentials(
            config.certificate,
            config.privateKey,
            config.authorities,
            config.clientCertificates,
            config.tlsPeers,
            "sip",
            config.otherCertificates,
        ),
    )


def _secureStreams(reactor: Any, credentials: Credentials) -> SecureStreams:
    opener = TLSOpener(reactor, credentials)
    return SecureStreams(TLSListener(reactor, credentials), opener, credentials.prepare)


def sealed(config: WebConfig, factory: Any, reactor: Any) -> Any:
    """
    HTTP over TLS, where there is a certificate.

    @param factory: and what is returned: Any, as Twisted's factories are of their protocols.
    @param reactor: Any, of many interfaces.

    @raise ConfigurationError: a certificate cannot be read.
    """
    if not config.certificate:
        return factory
    files = (config.certificate, config.privateKey)
    credentials = Credentials(*files, "", ClientCertificates.NONE, section="web")
    return TLSMemoryBIOFactory(credentials, False, factory, reactor)
