"""
How trunks are asked whether they are there: a SIP server by OPTIONS, an H.323 gatekeeper by LRQ,
and an H.323 gateway by a connection to where it takes calls, as it need not answer any question
of somebody whom it is not registered with (IRQ).
"""

from __future__ import annotations

from dataclasses import dataclass

from zope.interface import implementer

from h323d.call.homes import Homes
from h323d.call.transport import IOpening, IStream, IStreamOpener, IStreamUser
from h323d.errors import ResourceUnavailable
from h323d.gatekeeper.identity import Identity
from h323d.gatekeeper.routing.inquiries import Asker
from h323d.gatekeeper.trunks.checking import Asked, Check
from h323d.gatekeeper.trunks.config import TrunkConfig
from h323d.h323.ras.messages import Fields, RASMessage
from h323d.h323.ras.transactions import TIMERS
from h323d.h323.signalling.addresses import aliasesFromParties, transportToValue
from h323d.sip.asking import askOptions
from h323d.sip.endpoint import SIPEndpoint
from h323d.sip.messages.uri import SIPURI
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

__all__ = ["H323Probe", "SIPProbe", "hopTo", "sipURI"]


def sipURI(config: TrunkConfig, user: str | None = None) -> SIPURI:
    """
    A SIP trunk, or somebody there.
    """
    host, _ = config.place
    literal = config.literal
    port = None if literal is None and ":" not in config.address else config.place[1]
    # Said in any case, or a large INVITE would go over TCP (RFC 3261, 18.1.1).
    return SIPURI(host, user, port).withParameter("transport", config.transport.value)


def hopTo(config: TrunkConfig, address: TransportAddress) -> SIPURI:
    """
    The way to a SIP trunk that has been found.
    """
    hop = SIPURI(address.host, port=address.port)
    return hop.withParameter("transport", config.transport.value)


@dataclass(frozen=True, slots=True)
class SIPProbe:
    """
    Asks SIP servers.
    """

    endpoint: SIPEndpoint

    def ask(self, config: TrunkConfig, address: TransportAddress, check: Check) -> None:
        # Of a transaction there is nothing to cancel: it ends by itself.
        askOptions(self.endpoint, sipURI(config), hopTo(config, address), check)


@dataclass(frozen=True, slots=True)
class H323Probe:
    """
    Asks gatekeepers, and tries gateways.

    @ivar identity: what gatekeepers are told of us.
    @ivar asker: sends RAS.
    """

    identity: Identity
    asker: Asker
    opener: IStreamOpener
    homes: Homes

    def ask(self, config: TrunkConfig, address: TransportAddress, check: Check) -> Asked | None:
        if config.gatekeeper is not None:
            return self._askGatekeeper(config.gatekeeper, config.checkTimeout, check)
        home, connection = self.homes.towards(address.host), _Connection(check)
        opening: IOpening = self.opener.open(address, connection, config.checkTimeout, home.bind)
        return opening

    def _askGatekeeper(self, ras: TransportAddress, timeout: float, check: Check) -> Asked | None:
        """
        Any answer is good: nobody needs to have our name.
        """
        identity = self.identity
        here = TransportAddress(identity.homes.towards(ras.host).told, identity.rasPort)
        names = aliasesFromParties((PartyAddress(AddressKind.H323_ID, identity.identifier),))
        fields: Fields = {
            "destinationInfo": names,
            "sourceInfo": names,
            "replyAddress": transportToValue(here),
            "gatekeeperIdentifier": identity.identifier,
            "hopCount": 1,
        }
        _, retries = TIMERS["locationRequest"]
        try:
            return self.asker.ask(
                "locationRequest", fields, ras, _Location(check).answered, timeout / (retries + 1)
            )
        except ResourceUnavailable as error:
            check.refused(str(error))
            return None


@dataclass(frozen=True, slots=True)
class _Location:
    """
    An LRQ that waits for its answer.
    """

    check: Check

    def answered(self, answer: RASMessage | None) -> None:
        if answer is None:
            self.check.refused("no answer")
        else:
            self.check.answered()


@implementer(IStreamUser)
class _Connection:
    """
    A connection that is tried.
    """

    def __init__(self, check: Check) -> None:
        self._check = check

    def streamOpened(self, stream: IStream) -> None:
        self._check.answered()
        stream.close()

    def streamReceived(self, data: bytes) -> None:
        pass

    def streamClosed(self, reason: str) -> None:
        self._check.refused(f"no connection: {reason}")
