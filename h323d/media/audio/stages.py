"""
What packets go through in a plane, from one socket to another, and how each stage of it knows the
others: they come in, are decoded and kept, are mixed or passed on, and leave.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from h323d.dsp.codec import ICodec
from h323d.media.audio.buffers import SoundStores
from h323d.media.audio.codecs import Codecs
from h323d.media.audio.coders import Coders
from h323d.media.audio.consent import Consent
from h323d.media.audio.decoding import Decoding
from h323d.media.audio.digits import Digits
from h323d.media.audio.forwarding import Forwarding
from h323d.media.audio.laneforms import LaneForms
from h323d.media.audio.passing import Passing
from h323d.media.audio.pauses import Pauses
from h323d.media.audio.rates import Rates
from h323d.media.audio.receiving import Receiver
from h323d.media.audio.rooms import Rooms
from h323d.media.audio.sending import Sender
from h323d.media.audio.strays import Strays
from h323d.media.audio.table import PortTable
from h323d.media.audio.transcoding import Transcoding
from h323d.media.config import MediaConfig

__all__ = ["Stages"]


class Stages:
    """
    Those of one plane.
    """

    def __init__(
        self,
        config: MediaConfig,
        codecs: Sequence[ICodec],
        few: int,
        number: int,
        spent: Callable[[], float],
    ) -> None:
        """
        @param codecs: as for L{h323d.media.audio.plane.MediaPlane}.
        @param few: as there.
        @param number: as there.
        @param spent: as there.
        """
        self.table = table = PortTable(config.maximumPorts)
        self.known = known = Codecs(codecs)
        self.coders = coders = Coders(known, spent)
        self.stores = stores = SoundStores(config, table, coders, few)
        self.digits = digits = Digits(table)
        self.consent = consent = Consent(table)
        pauses = Pauses(table, coders, stores)
        self.decoding = decoding = Decoding(table, known, coders, stores, pauses)
        self.receiver = receiver = Receiver(
            config, table, known, digits, consent, stores, decoding, few
        )
        self.sender = sender = Sender(table, known, coders, few)
        forms = LaneForms(table, known, coders)
        transcoding = Transcoding(table, known, coders, decoding, sender)
        self.strays = strays = Strays(forms)
        self.forwarding = forwarding = Forwarding(
            table, known, forms, transcoding, receiver, strays, few
        )
        self.passing = passing = Passing(
            table, forms, forwarding, transcoding, strays, stores, receiver, sender, digits
        )
        rates = Rates(config.maximumPorts)
        self.rooms = Rooms(config, table, known, stores, rates, passing, number)
