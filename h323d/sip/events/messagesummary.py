"""
Whether somebody has messages waiting: the package C{message-summary} (RFC 3842), for those who
subscribe to their own mailbox; and the NOTIFY of a voice-mail server, which says so without that
anybody has subscribed to it.
"""

from __future__ import annotations

import re

from h323d.call.legs import IOffer
from h323d.call.mailboxes import Mailboxes, MailboxSight, MessageSummary
from h323d.errors import DecodeError
from h323d.sip.agent import UserAgent
from h323d.sip.calls.parties import partiesOf
from h323d.sip.events.packages import Watch, Watcher
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.uri import URI
from h323d.sip.transactions.running import ServerTransaction

__all__ = ["SummaryNotices", "SummaryPackage", "parseSummary", "summaryBody"]

PACKAGE = "message-summary"
CONTENT_TYPE = "application/simple-message-summary"
MAX_LINES = 16  # that are read
MAX_LINE = 200  # characters

_STATUS = re.compile(r"messages-waiting[ \t]*:[ \t]*(yes|no)[ \t]*", re.IGNORECASE)
_DETAIL = re.compile(r"[A-Za-z-]+[ \t]*:[ \t]*[ -~]+")
_REFUSALS = {MailboxSight.UNKNOWN: 404, MailboxSight.FORBIDDEN: 403}


def parseSummary(body: bytes) -> MessageSummary:
    """
    Read the summary of a mailbox, but for the header fields of the messages, which may follow it
    (RFC 3842, 5.2).

    @raise DecodeError: it does not say whether messages wait.
    """
    lines = body.decode("ascii", "replace").replace("\r\n", "\n").partition("\n\n")[0].split("\n")
    status = _STATUS.fullmatch(lines[0][:MAX_LINE])
    if status is None:
        raise DecodeError("it does not say whether messages wait", "Messages-Waiting")
    details = [each.strip() for each in lines[1 : MAX_LINES + 1] if len(each) <= MAX_LINE]
    told = tuple(each for each in details if _DETAIL.fullmatch(each))
    return MessageSummary(status.group(1).lower() == "yes", told)


def summaryBody(summary: MessageSummary) -> bytes:
    status = f"Messages-Waiting: {'yes' if summary.isWaiting else 'no'}"
    return "".join(f"{line}\r\n" for line in (status, *summary.details)).encode("ascii")


class SummaryPackage:
    """
    Watches mailboxes for their owners.
    """

    name = PACKAGE
    contentType = CONTENT_TYPE
    pause = 1.0  # seconds (RFC 3842, 3.11)

    def __init__(self, mailboxes: Mailboxes) -> None:
        self._mailboxes = mailboxes

    def watch(self, resource: URI, subscriber: IOffer, watcher: Watcher) -> Watch | int:
        sight = self._mailboxes.sightOf(partiesOf(resource), subscriber)
        if sight in _REFUSALS:
            return _REFUSALS[sight]
        return _SummaryWatch(self._mailboxes, watcher, resource)


class _SummaryWatch:
    """
    What one subscriber knows of their mailbox: all of it, each time.
    """

    def __init__(self, mailboxes: Mailboxes, watcher: Watcher, resource: URI) -> None:
        self._mailboxes = mailboxes
        self._watcher = watcher
        self._names = partiesOf(resource)
        mailboxes.watch(self._names, self)

    def mailboxChanged(self) -> None:
        self._watcher.changed()

    def state(self) -> bytes:
        summary = self._mailboxes.summary(self._names)
        return b"" if summary is None else summaryBody(summary)

    def news(self) -> bytes:
        return self.state()

    def close(self) -> None:
        self._mailboxes.unwatch(self)


class SummaryNotices:
    """
    What voice-mail servers say by themselves: L{h323d.sip.outside.OutsideRequests} of NOTIFY.
    """

    def __init__(self, mailboxes: Mailboxes) -> None:
        self._mailboxes = mailboxes

    def refusal(self, request: SIPRequest, who: IOffer) -> int | None:
        if not self._mailboxes.mayTell(who):
            return 481  # nobody has subscribed to it (RFC 6665, 4.1.3)
        event = (request.headers.get("Event") or "").partition(";")[0].strip().lower()
        if event != PACKAGE:
            return 489
        return None if request.contentType == CONTENT_TYPE else 415

    def arrived(self, transaction: ServerTransaction, tag: str, agent: UserAgent) -> None:
        request = transaction.request
        summary = parseSummary(request.body)
        isKnown = self._mailboxes.tell(partiesOf(request.uri), summary)
        agent.respond(transaction, request.response(200 if isKnown else 404, None, tag))

    def close(self) -> None:
        """
        Nothing waits.
        """
