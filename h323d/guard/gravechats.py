"""
What is written while somebody whom it concerns is in a call of type ESCALATE.
"""

from __future__ import annotations

from h323d.call.texts import Written
from h323d.guard.holdings import Holdings
from h323d.guard.pii.chat import Chats
from h323d.guard.pii.detection import redacted
from h323d.values.address import PartyAddress

__all__ = ["GraveChats"]


class GraveChats:
    """
    A L{h323d.call.texts.TextRule}: of such messages, all is shown but personal data.
    """

    def __init__(self, holdings: Holdings) -> None:
        """
        @param holdings: know who is in which call.
        """
        self._holdings = holdings
        self._chats = Chats()

    def shown(
        self,
        writer: tuple[PartyAddress, ...],
        readers: tuple[PartyAddress, ...],
        written: Written,
    ) -> Written | None:
        registry = self._holdings.registry
        owners = registry.ownerOf(writer), registry.ownerOf(readers)
        by = "" if owners[0] is None else owners[0].terminalId
        if not any(self._holdings.isGrave(each.terminalId) for each in owners if each is not None):
            self._chats.forget(by)
            return None
        text = self._chats.redacted(by, written.text)
        return Written(redacted(written.displayName), redacted(written.subject), text)
