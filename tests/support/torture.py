"""
Messages as RFC 4475 describes them, to torture a parser with.

Each is named as there.  They hold what the RFC says each is about, and little else.
"""

from __future__ import annotations

from tests.support.sip_messages import OFFER, message

__all__ = ["ANSWERABLE", "READABLE", "UNANSWERABLE"]

_VIA = "Via: SIP/2.0/UDP t1.example.com;branch=z9hG4bKkdjuw"
_FROM = "From: <sip:caller@example.com>;tag=3ghsd41"
_TO = "To: sip:user@example.com"
_CALL_ID = "Call-ID: torture@example.com"
_MAX = "Max-Forwards: 70"
_SDP = ("Content-Type: application/sdp", f"Content-Length: {len(OFFER)}")
_NONE = "Content-Length: 0"


def _request(start: str, *lines: str, body: bytes = b"") -> bytes:
    """
    A request with those of the mandatory header fields that C{lines} leave out.
    """
    method = start.split(" ", 1)[0]
    given = {line.partition(":")[0].strip().lower() for line in lines}
    plain = (_VIA, _FROM, _TO, _CALL_ID, _MAX, f"CSeq: 8 {method}")
    missing = [line for line in plain if line.partition(":")[0].lower() not in given]
    return message(start, *missing, *lines, body=body)


WSINV = message(
    "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0",
    "TO :",
    " sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n",
    'from   : "J Rosen \\\\\\""       <sip:jdrosen@example.com>',
    "  ;",
    "  tag = 98asjd8",
    "MaX-fOrWaRdS: 0068",
    "Call-ID: wsinv.ndaksdj@192.0.2.1",
    f"Content-Length   : {len(OFFER)}",
    "cseq: 0009",
    "  INVITE",
    "Via  : SIP  /   2.0",
    " /UDP",
    "    192.0.2.2;branch=390skdjuw",
    "s :",
    "NewFangledHeader:   newfangled value",
    " continued newfangled value",
    "UnknownHeaderWithUnusualValue: ;;,,;;,;",
    "Content-Type: application/sdp",
    "Route:",
    " <sip:services.example.com;lr;unknownwith=value;unknown-no-value>",
    "v:  SIP  / 2.0  / TCP     spindle.example.com   ;",
    "  branch  =   z9hG4bK9ikj8  ,",
    " SIP  /    2.0   / UDP  192.168.255.111   ; branch=",
    " z9hG4bK30239",
    'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
    "      newvalue ;",
    "  secondparam ; q = 0.33",
    body=OFFER,
)

_INTMETH = "!interesting-Method0123456789_*+`.%indeed'~"
INTMETH = message(
    f"{_INTMETH} sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too."
    "(doesn't-it)@example.com SIP/2.0",
    "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~",
    'To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" <sip:1_unusual.URI~(to-be!sure)&isn\'t+it$/crazy?,/;;*'
    "@example.com>",
    "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>"
    ";fromParam''~+*_!.-%=\"\u0440\u0430\u0431\u043e\u0442\u0430\u044e\u0449\u0438\u0439\";tag=_token~1'+`*%!-.",
    "Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{",
    f"CSeq: 139122385 {_INTMETH}",
    "Max-Forwards: 255",
    "extensionHeader-!.%*+_`'~:\ufeff\u5927\u505c\u96fb",
    _NONE,
)

READABLE = {
    "wsinv": WSINV,
    "intmeth": INTMETH,
    "esc01": _request(
        "INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0",
        "To: sip:%75se%72@example.com",
        "From: <sip:I%20have%20spaces@example.net>;tag=938",
        "Contact: <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>",
        *_SDP,
        body=OFFER,
    ),
    "escnull": _request(
        "REGISTER sip:example.com SIP/2.0",
        "To: sip:null-%00-null@example.com",
        "From: sip:null-%00-null@example.com;tag=839923423",
        "Contact: <sip:%00@host5.example.com>",
        "Contact: <sip:%00%00@host5.example.com>",
        "L:0",
    ),
    "esc02": _request(
        "RE%47IST%45R sip:registrar.example.com SIP/2.0",
        'To: "%Z%45" <sip:resource@example.com>',
        'From: "%Z%45" <sip:resource@example.com>;tag=f232jadfj23',
        "CSeq: 29344 RE%47IST%45R",
        "Contact: <sip:alias1@host1.example.com>",
        "C%6Fntact: <sip:alias2@host2.example.com>",
        "Contact: <sip:alias3@host3.example.com>",
        "l: 0",
    ),
    "lwsdisp": _request(
        "OPTIONS sip:user@example.com SIP/2.0",
        "From: caller<sip:caller@example.com>;tag=323",
        "l: 0",
    ),
    "longreq": _request(
        "INVITE sip:user@example.com SIP/2.0",
        f'To: "I have a user name of {"extreme" * 10} proportion" '
        f"<sip:user@example.com:6000;unknownparam1={'very' * 20}longvalue;unknownparam2>",
        f"From: sip:{'amazinglylongcallername' * 12}@example.net;tag=12{'982' * 50}424"
        f";unknownheaderparamname{'very' * 20}long=unknown{'very' * 15}longvalue",
        f"Call-ID: longreq.one{'really' * 20}longcallid",
        f"Unknown-{'Long' * 20}-Name: unknown-{'long' * 20}-value; unknown-{'long' * 20}-parameter-name",
        *[f"Via: SIP/2.0/TCP sip{n}.example.com" for n in range(33, 0, -1)],
        "Contact: <sip:" + "amazinglylongcallername" * 5 + "@host5.example.net>",
        *_SDP,
        body=OFFER,
    ),
    "dblreq": _request(
        "REGISTER sip:example.com SIP/2.0", "Contact: sip:j.user@host.example.com", _NONE
    )
    + _request("INVITE sip:joe@example.com SIP/2.0", *_SDP, body=OFFER),
    "semiuri": _request(
        "OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0",
        "Accept: application/sdp, application/pkcs7-mime, multipart/mixed",
        "l: 0",
    ),
    "transports": _request(
        "OPTIONS sip:user@example.com SIP/2.0",
        "Via: SIP/2.0/UDP t1.example.com;branch=z9hG4bKkdjuw",
        "Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf",
        "Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj",
        "Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en",
        "Via: SIP/2.0/TCP t5.example.com;branch=z9hG4bK0a9idfnee",
        "l: 0",
    ),
    "mpart01": _request(
        "MESSAGE sip:kumiko@example.org SIP/2.0",
        "Content-Type: multipart/mixed;boundary=7a9cbec02ceef655",
        "Content-Length: 118",
        body=b"--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n\r\nHello\r\n--7a9cbec02ceef655\r\n"
        b"\r\n\x00\x30\x82\x01\xff\r\n\r\n\r\n--7a9cbec02ceef655--\r\n".ljust(118, b"\0"),
    ),
    "unreason": message(
        "SIP/2.0 200 = 2**3 * 5**2 \u043d\u043e \u0441\u0442\u043e \u0434\u0435\u0432\u044f\u043d\u043e\u0441\u0442\u043e",
        _VIA,
        _FROM,
        _TO,
        _CALL_ID,
        "CSeq: 8 INVITE",
        "Contact: <sip:user@host198.example.com>",
    ),
    "noreason": message("SIP/2.0 100 ", _VIA, _FROM, _TO, _CALL_ID, "CSeq: 8 INVITE", _NONE),
    # Not valid, but readable: what to make of them is not the parser's matter.
    "baddate": _request(
        "INVITE sip:user@example.com SIP/2.0",
        "Date: Fri, 01 Jan 2010 16:00:00 EST",
        *_SDP,
        body=OFFER,
    ),
    "badaspec": _request(
        "OPTIONS sip:user@example.org SIP/2.0",
        'To: "Watson, Thomas" < sip:t.watson@example.org >',
        "l: 0",
    ),
    "baddn": _request(
        "OPTIONS sip:t.watson@example.org SIP/2.0",
        "From: Bell, Alexander <sip:a.g.bell@example.com>;tag=43",
    ),
    "badbranch": _request(
        "OPTIONS sip:user@example.com SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK", "l: 0"
    ),
    "unkscm": _request("OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0", _NONE),
    "novelsc": _request("OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0", _NONE),
    "unksm2": _request(
        "REGISTER sip:example.com SIP/2.0",
        "To: isbn:2983792873",
        "From: <http://www.example.com>;tag=3234233",
        "Contact: <name:John_Smith>",
        "l: 0",
    ),
    "bext01": _request(
        "OPTIONS sip:user@example.com SIP/2.0",
        "Require: nothingSupportsThis, nothingSupportsThisEither",
        "Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis",
        _NONE,
    ),
    "invut": _request(
        "INVITE sip:user@example.com SIP/2.0",
        "Content-Type: application/unknownformat",
        "Content-Length: 5",
        body=b"<?x?>",
    ),
    "regaut01": _request(
        "REGISTER sip:example.com SIP/2.0", "Authorization: NoOneKnowsThisScheme opaque-data=here"
    ),
    "bcast": message(
        "SIP/2.0 200 OK",
        "Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923",
        "Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23",
        _FROM,
        _TO,
        _CALL_ID,
        "CSeq: 8 INVITE",
        *_SDP,
        body=OFFER,
    ),
    "zeromf": _request("OPTIONS sip:user@example.com SIP/2.0", "Max-Forwards: 0", _NONE),
    "cparam01": _request(
        "REGISTER sip:example.com SIP/2.0", "Contact: sip:+19725552222@gw1.example.net;unknownparam"
    ),
    "cparam02": _request(
        "REGISTER sip:example.com SIP/2.0",
        "Contact: <sip:+19725552222@gw1.example.net;unknownparam>",
    ),
    "regescrt": _request(
        "REGISTER sip:example.com SIP/2.0",
        "Contact: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>",
    ),
    "sdp01": _request(
        "INVITE sip:user@example.com SIP/2.0",
        "Accept: text/nobodyKnowsThis",
        "Contact: <sip:caller@host15.example.com>",
        *_SDP,
        body=OFFER,
    ),
    "inv2543": message(
        "INVITE sip:UserB@example.com SIP/2.0",
        "Via: SIP/2.0/UDP iftgw.example.com",
        "From: <sip:+13035551111@ift.client.example.net;user=phone>",
        "Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>",
        "To: sip:+16505552222@ss1.example.net;user=phone",
        "Call-ID: inv2543.1717@ift.client.example.com",
        "CSeq: 56 INVITE",
        "Content-Type: application/sdp",
        body=OFFER,
    ),
}
"""
Messages that a parser has to read, or may.
"""

ANSWERABLE = {
    "badinv01": (
        _request(
            "INVITE sip:user@example.com SIP/2.0",
            "Via: SIP/2.0/UDP 192.0.2.15;;,;,,",
            'Contact: "Joe" <sip:joe@example.org>;;;;',
            *_SDP,
            body=OFFER,
        ),
        "Via",
    ),
    "badinv01, with a Via that is well-formed": (
        _request(
            "INVITE sip:user@example.com SIP/2.0",
            'Contact: "Joe" <sip:joe@example.org>;;;;',
            *_SDP,
            body=OFFER,
        ),
        "Contact",
    ),
    "clerr": (
        _request(
            "INVITE sip:user@example.com SIP/2.0",
            "Content-Type: application/sdp",
            "Content-Length: 9999",
            body=OFFER,
        ),
        "Content-Length",
    ),
    "ncl": (
        _request("INVITE sip:user@example.com SIP/2.0", "Content-Length: -999", body=OFFER),
        "Content-Length",
    ),
    "scalar02": (
        _request(
            "REGISTER sip:example.com SIP/2.0",
            "CSeq: 36893488147419103232 REGISTER",
            "Max-Forwards: 300",
            "Expires: 10000000000000000000000000000000000000000",
            "Contact: <sip:user@host129.example.com>;expires=280297596632815",
            _NONE,
        ),
        "CSeq",
    ),
    "quotbal": (
        _request(
            "INVITE sip:user@example.com SIP/2.0", 'To: "Mr. J. User <sip:j.user@example.com>'
        ),
        "To",
    ),
    "ltgtruri": (_request("INVITE <sip:user@example.com> SIP/2.0"), "Request-URI"),
    "lwsruri": (_request("INVITE sip:user@example.com; lr SIP/2.0"), "Request-Line"),
    "lwsstart": (_request("INVITE  sip:user@example.com  SIP/2.0"), "Request-Line"),
    "trws": (_request("OPTIONS sip:remote-target@example.com SIP/2.0  "), "Request-Line"),
    "escruri": (
        _request("INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0"),
        "Request-URI",
    ),
    "regbadct": (
        _request(
            "REGISTER sip:example.com SIP/2.0",
            "Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E",
        ),
        "Contact",
    ),
    "mismatch01": (_request("OPTIONS sip:user@example.com SIP/2.0", "CSeq: 8 INVITE"), "CSeq"),
    "mismatch02": (_request("NEWMETHOD sip:user@example.com SIP/2.0", "CSeq: 8 INVITE"), "CSeq"),
    "multi01": (
        _request(
            "INVITE sip:user@company.com SIP/2.0",
            "CSeq: 5 INVITE",
            "Via: SIP/2.0/UDP 192.0.2.25;branch=z9hG4bKkdj",
            "Call-ID: multi01.98asdh@192.0.2.1",
            "CSeq: 59 INVITE",
            "Call-ID: multi01.98asdh@192.0.2.2",
            "From: sip:caller@example.com;tag=3413415",
            "To: sip:user@example.com",
            "To: sip:other@example.net",
            "From: sip:caller@example.net;tag=2923420123",
            "Max-Forwards: 5",
            "Max-Forwards: 6",
        ),
        "CSeq",
    ),
    "mcl01": (
        _request(
            "OPTIONS sip:user@example.com SIP/2.0",
            "Content-Length: 13",
            "Content-Length: 5",
            body=b"There's no way to know",
        ),
        "Content-Length",
    ),
    "badvers": (_request("OPTIONS sip:t.watson@example.org SIP/7.0"), "Request-Line"),
}
"""
Requests to be refused with an answer, and the place it names.
"""

UNANSWERABLE = {
    "insuf": message(
        "INVITE sip:user@example.com SIP/2.0", "CSeq: 193942 INVITE", _VIA, *_SDP, body=OFFER
    ),
    "scalarlg": message(
        "SIP/2.0 503 Service Unavailable",
        _VIA,
        _FROM,
        _TO,
        _CALL_ID,
        "CSeq: 9292394834772304023312 OPTIONS",
        "Retry-After: 949302838503028349304023988",
        _NONE,
    ),
    "bigcode": message(
        "SIP/2.0 4294967301 better not break", _VIA, _FROM, _TO, _CALL_ID, "CSeq: 8 INVITE"
    ),
}
"""
Messages that nobody can be told about.
"""
