"""
A SIP phone of PJSIP's (pjsua2), as a process: C{python pjsuaphone.py ADDRESS TONE}.

It takes any number of calls, plays a tone into each, and does what lines of JSON tell it, which
come over TCP; L{tests.support.softphone} sends them.  It imports nothing of ours.
"""

from __future__ import annotations

import ctypes
import json
import socket
import sys
from typing import Any

import pjsua2 as pj  # no types: whatever it returns is Any

CONTROL = 4444
RATE = 16000
EVENTS = 5  # ms that PJSIP gets between two looks for a command
LOUD = 8192  # of 32767
MEDIA = {
    pj.PJSUA_CALL_MEDIA_ACTIVE: "active",
    pj.PJSUA_CALL_MEDIA_LOCAL_HOLD: "holds",
    pj.PJSUA_CALL_MEDIA_REMOTE_HOLD: "held",
}
MOVED = pj.PJSUA_CALL_REINIT_MEDIA | pj.PJSUA_CALL_UPDATE_CONTACT | pj.PJSUA_CALL_UPDATE_VIA
SRTP = {
    "off": pj.PJMEDIA_SRTP_DISABLED,
    "optional": pj.PJMEDIA_SRTP_OPTIONAL,
    "mandatory": pj.PJMEDIA_SRTP_MANDATORY,
}
DIGITS = {
    "rfc4733": pj.PJSUA_DTMF_METHOD_RFC2833,
    "info": pj.PJSUA_DTMF_METHOD_SIP_INFO,
}

View = dict[str, Any]  # Any: whatever JSON can say


class SoftCall(pj.Call):  # type: ignore[misc] # no types
    """
    One call: a tone goes into it, and what comes out of it has a level.
    """

    def __init__(self, phone: SoftPhone, account: SoftAccount, callId: int) -> None:
        super().__init__(account, callId)
        self.phone = phone
        self.codec = account.codec
        self.view: View = {
            "state": "",
            "remote": "",
            "status": 0,
            "reason": "",
            "digits": "",
            "codec": "",
            "media": "none",
            "transfer": 0,
        }
        self.heard: Any = None
        self._tone = pj.ToneGenerator()
        self._tone.createToneGenerator(RATE, 1)
        tones = pj.ToneDescVector()
        tones.append(_toneOf(phone.tone))
        self._tone.play(tones, True)

    def onCallState(self, prm: Any) -> None:
        info = self.getInfo()
        self.view["state"], self.view["remote"] = info.stateText, info.remoteUri
        if info.lastStatusCode:
            self.view["status"], self.view["reason"] = info.lastStatusCode, info.lastReason

    def onCallMediaState(self, prm: Any) -> None:
        info = self.getInfo()  # what it holds goes with it
        (media,) = info.media
        self.view["media"] = MEDIA.get(media.status, "none")
        self.heard = None
        if media.status not in (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD):
            return
        self.heard = self.getAudioMedia(media.index)
        self._tone.startTransmit(self.heard)
        self.heard.startTransmit(self.phone.loudspeaker)  # what nobody listens to has no level
        self.view["codec"] = self.getStreamInfo(media.index).codecName

    def onDtmfDigit(self, prm: Any) -> None:
        self.view["digits"] += prm.digit

    def onCallTransferStatus(self, prm: Any) -> None:
        self.view["transfer"] = prm.statusCode

    def change(self, hold: bool, codec: str) -> None:
        """
        Renegotiate.
        """
        self.phone.speak(codec or self.codec)
        self.codec = codec or self.codec
        parameter = pj.CallOpParam(True)
        if hold:
            self.setHold(parameter)
        else:
            parameter.opt.flag = pj.PJSUA_CALL_UNHOLD
            self.reinvite(parameter)

    def look(self) -> View:
        return {**self.view, "level": self._level()}

    def _level(self) -> int:
        """
        Of what is heard, 0 to 255.
        """
        if self.heard is None or not self.isActive():
            return 0
        try:
            level: int = self.heard.getTxLevel()
        except pj.Error:
            return 0  # an answer has changed the media: the new one is told of in a moment
        return level


class SoftAccount(pj.Account):  # type: ignore[misc] # no types
    """
    One name, with a codec of its own, and a way to answer.
    """

    def __init__(self, phone: SoftPhone, codec: str, answer: int, config: Any) -> None:
        super().__init__()
        self.phone = phone
        self.config = config
        self.codec = codec
        self.answer = answer
        self.status = 0
        self.texts: list[View] = []
        self.sent: list[int] = []
        self.mail: list[str] = []
        self.buddies: list[Any] = []

    def onRegState(self, prm: Any) -> None:
        self.status = prm.code

    def onInstantMessage(self, prm: Any) -> None:
        self.texts.append({"from": prm.fromUri, "text": prm.msgBody})

    def onInstantMessageStatus(self, prm: Any) -> None:
        self.sent.append(prm.code)

    def onMwiInfo(self, prm: Any) -> None:
        self.mail.append(prm.rdata.wholeMsg)

    def write(self, uri: str, text: str) -> None:
        """
        Send a text.
        """
        config = pj.BuddyConfig()
        config.uri = uri
        buddy = pj.Buddy()
        buddy.create(self, config)
        self.buddies.append(buddy)  # or it is gone before the answer comes
        message = pj.SendInstantMessageParam()
        message.content = text
        buddy.sendInstantMessage(message)

    def watch(self, uri: str) -> int:
        """
        Subscribe to somebody's presence.
        """
        config = pj.BuddyConfig()
        config.uri, config.subscribe = uri, True
        buddy = pj.Buddy()
        buddy.create(self, config)
        self.buddies.append(buddy)
        return len(self.buddies) - 1

    def onIncomingCall(self, prm: Any) -> None:
        self.phone.speak(self.codec)
        call = SoftCall(self.phone, self, prm.callId)
        self.phone.calls.append(call)
        parameter = pj.CallOpParam()
        parameter.statusCode = self.answer
        call.answer(parameter)


class SoftPhone:
    """
    The phone: accounts, calls, and the commands.
    """

    def __init__(self, address: str, tone: int, certificate: str = "", key: str = "") -> None:
        """
        @param certificate: the file of the one that it shows over TLS; C{key}: that of its key.
        """
        self.address = address
        self.tone = tone
        self.certificate = certificate
        self.accounts: list[SoftAccount] = []
        self.calls: list[SoftCall] = []
        self.endpoint = pj.Endpoint()
        self.endpoint.libCreate()
        config = pj.EpConfig()
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.maxCalls = 64
        config.medConfig.noVad = True
        config.medConfig.ecTailLen = 0
        config.medConfig.sndClockRate = config.medConfig.clockRate = RATE
        config.logConfig.level = config.logConfig.consoleLevel = 4
        self.endpoint.libInit(config)
        for kind in (pj.PJSIP_TRANSPORT_UDP, pj.PJSIP_TRANSPORT_TCP):
            transport = pj.TransportConfig()
            transport.boundAddress, transport.port = address, 5060
            self.endpoint.transportCreate(kind, transport)
        transport = pj.TransportConfig()
        transport.boundAddress, transport.port = address, 5061
        transport.tlsConfig.certFile, transport.tlsConfig.privKeyFile = certificate, key
        self.endpoint.transportCreate(pj.PJSIP_TRANSPORT_TLS, transport)
        self.endpoint.audDevManager().setNullDev()
        self.endpoint.libStart()
        self.loudspeaker = self.endpoint.audDevManager().getPlaybackDevMedia()

    def speak(self, codec: str) -> None:
        """
        Offer and take this codec, and no other.
        """
        for each in self.endpoint.codecEnum2():
            self.endpoint.codecSetPriority(each.codecId, 255 if each.codecId == codec else 0)

    def do(self, what: View) -> Any:
        """
        Carry out one command.
        """
        return getattr(self, f"do_{what.pop('do')}")(**what)

    def do_register(
        self,
        number: str,
        server: str,
        codec: str,
        answer: int,
        srtp: str,
        password: str,
        calls: dict[str, str | int],
        mail: bool,
    ) -> int:
        config = pj.AccountConfig()
        config.mwiConfig.enabled = mail
        for key, value in calls.items():
            isName = isinstance(value, str)
            setattr(config.callConfig, key, getattr(pj, str(value)) if isName else value)
        if password:
            credentials = pj.AuthCredInfo("digest", "*", number, 0, password)
            config.sipConfig.authCreds.append(credentials)
        host = server.partition(";")[0]
        config.idUri, config.regConfig.registrarUri = f"sip:{number}@{host}", f"sip:{server}"
        config.regConfig.registerOnAdd = True
        config.natConfig.contactRewriteUse = config.natConfig.viaRewriteUse = 0
        # Who shows a certificate names the port where it listens, as servers do.
        config.natConfig.contactUseSrcPort = int(not self.certificate)
        config.mediaConfig.srtpUse = SRTP[srtp]
        config.mediaConfig.srtpSecureSignaling = 0  # our tests look at both by themselves
        media = config.mediaConfig.transportConfig
        media.boundAddress, media.port, media.portRange = self.address, 20000, 2000
        account = SoftAccount(self, codec, answer, config)
        self.accounts.append(account)
        account.create(config)
        return len(self.accounts) - 1

    def do_accounts(self) -> list[int]:
        return [account.status for account in self.accounts]

    def do_write(self, account: int, uri: str, text: str) -> None:
        self.accounts[account].write(uri, text)

    def do_watch(self, account: int, uri: str) -> int:
        """
        Ask for somebody's presence.

        @return: the number of the question.
        """
        return self.accounts[account].watch(uri)

    def do_watched(self, account: int, question: int) -> int:
        """
        The status that has ended it; 0 if none has.
        """
        code: int = self.accounts[account].buddies[question].getInfo().subTermCode
        return code

    def do_written(self, account: int) -> View:
        """
        The texts that have come, and the answers to those that were sent; what is known of mail.
        """
        asked = self.accounts[account]
        return {"texts": asked.texts, "sent": asked.sent, "mail": asked.mail}

    def do_call(self, account: int, uri: str, headers: dict[str, str]) -> int:
        self.speak(self.accounts[account].codec)
        call = SoftCall(self, self.accounts[account], pj.PJSUA_INVALID_ID)
        self.calls.append(call)
        parameter = pj.CallOpParam(True)
        for name, value in headers.items():
            header = pj.SipHeader()
            header.hName, header.hValue = name, value
            parameter.txOption.headers.append(header)
        call.makeCall(uri, parameter)
        return len(self.calls) - 1

    def do_answer(self, call: int, status: int) -> None:
        parameter = pj.CallOpParam()
        parameter.statusCode = status
        self.calls[call].answer(parameter)

    def do_update(self, call: int) -> None:
        self.calls[call].update(pj.CallOpParam(True))

    def do_move(self, account: int, address: str, call: int, update: bool) -> None:
        """
        Be somewhere else from now on, with one name and a call of it.
        """
        transport = pj.TransportConfig()
        transport.boundAddress, transport.port = address, 5060
        moved = self.accounts[account]
        moved.config.sipConfig.transportId = self.endpoint.transportCreate(
            pj.PJSIP_TRANSPORT_UDP, transport
        )
        moved.config.mediaConfig.transportConfig.boundAddress = address
        moved.modify(moved.config)
        parameter = pj.CallOpParam(True)
        parameter.opt.flag = MOVED
        renegotiate = self.calls[call].update if update else self.calls[call].reinvite
        renegotiate(parameter)

    def do_calls(self) -> list[View]:
        return [call.look() for call in self.calls]

    def do_change(self, call: int, hold: bool, codec: str = "") -> None:
        self.calls[call].change(hold, codec)

    def do_transfer(self, call: int, uri: str = "", other: int = -1) -> None:
        """
        Send the other side somewhere else, or to that of another call of ours.
        """
        if other < 0:
            self.calls[call].xfer(uri, pj.CallOpParam(True))
        else:
            self.calls[call].xferReplaces(self.calls[other], pj.CallOpParam(True))

    def do_digits(self, call: int, digits: str, method: str) -> None:
        parameter = pj.CallSendDtmfParam()
        parameter.digits, parameter.method = digits, DIGITS[method]
        self.calls[call].sendDtmf(parameter)

    def do_inform(self, call: int, kind: str, body: str) -> None:
        """
        Send an INFO.
        """
        parameter = pj.CallSendRequestParam()
        parameter.method = "INFO"
        parameter.txOption.contentType, parameter.txOption.msgBody = kind, body
        self.calls[call].sendRequest(parameter)

    def do_hangup(self, call: int, status: int = 0) -> None:
        parameter = pj.CallOpParam()
        parameter.statusCode = status
        self.calls[call].hangup(parameter)

    def serve(self) -> None:
        """
        Until the process is ended.
        """
        listener = socket.create_server((self.address, CONTROL))
        listener.setblocking(False)
        while True:
            self.endpoint.libHandleEvents(EVENTS)
            try:
                connection, _ = listener.accept()
            except BlockingIOError:
                continue
            with connection, connection.makefile("rw") as stream:
                connection.settimeout(5.0)
                try:
                    answer: View = {"is": self.do(json.loads(stream.readline()))}
                except pj.Error as error:
                    answer = {"error": error.info()}
                stream.write(json.dumps(answer) + "\n")


def _toneOf(frequency: int) -> Any:
    tone = pj.ToneDesc()
    tone.freq1, tone.freq2, tone.on_msec, tone.off_msec = frequency, 0, 1000, 0
    tone.volume = LOUD
    return tone


def writeByLines() -> None:
    """
    Have what PJSIP tells stand in its log at once: the C library writes a file by blocks.
    """
    library, byLines = ctypes.CDLL(None), 1  # _IOLBF of glibc
    library.setvbuf(ctypes.c_void_p.in_dll(library, "stdout"), None, byLines, 0)


if __name__ == "__main__":
    writeByLines()
    SoftPhone(sys.argv[1], int(sys.argv[2]), *sys.argv[3:]).serve()
