"""
The E-model: what a conversation is worth by what is known of its line (ITU-T G.107 of 2015,
G.107.1 of 2019).

Parameters have the names and the units of the Recommendations: milliseconds, and per cent.  Those
that no server can know - loudness, noise in the rooms, sidetone, echo of the telephones - are at
the default values of the Recommendations.  What comes out says how calls compare, and what a
planner may expect; it is no measurement of what anybody heard.
"""

from __future__ import annotations

import math

__all__ = ["DEFAULT_R", "WIDEBAND_R", "mos", "narrowband", "wideband"]

# The defaults of G.107, table 1, in dB, dBm0p and dB(A).
_SLR, _RLR = 8.0, 2.0
_STMR, _LSTR = 15.0, 18.0
_DS, _DR = 3.0, 3.0
_TELR, _WEPL = 65.0, 110.0
_PS, _PR = 35.0, 35.0
_NC, _NFOR = -70.0, -64.0
_QDU = 1.0

_KNEE = 100.0  # ms of delay without echo that nobody notices
_MOST_LOST = 95.0  # of R, with all packets lost


def _sum(*levels: float) -> float:
    """
    Of powers, in dB.
    """
    return 10 * math.log10(sum(10 ** (each / 10) for each in levels))


def _noise() -> float:
    """
    No: of the circuit, of both rooms, and of the subscriber's line, in dBm0p (7.2).
    """
    olr = _SLR + _RLR
    nos = _PS - _SLR - _DS - 100 + 0.004 * (_PS - olr - _DS - 14) ** 2
    pre = _PR + 10 * math.log10(1 + 10 ** ((10 - _LSTR) / 10))
    nor = _RLR - 121 + pre + 0.008 * (pre - 35) ** 2
    return _sum(_NC, nos, nor, _NFOR + _RLR)


_NO = _noise()
_RO = 15 - 1.5 * (_SLR + _NO)


def _loudnessAndQuantizing() -> float:
    """
    Iolr and Iq (7.3).
    """
    x = _SLR + _RLR + 0.2 * (64 + _NO - _RLR)
    iolr = 20 * ((1 + (x / 8) ** 8) ** (1 / 8) - x / 8)
    q = 37 - 15 * math.log10(_QDU)
    g = 1.07 + 0.258 * q + 0.0602 * q * q
    y, z = (_RO - 100) / 15 + 46 / 8.4 - g / 9, 46 / 30 - g / 40
    return float(iolr) + 15 * math.log10(1 + math.pow(10, y) + math.pow(10, z))


_IOLR_IQ = _loudnessAndQuantizing()


def _sidetone(T: float) -> float:
    """
    Ist (7.3).
    """
    o = -10 * math.log10(10 ** (-_STMR / 10) + math.exp(-T / 4) * 10 ** (-_TELR / 10))
    high, middle = 1 + ((o - 13) / 6) ** 8, 1 + ((o + 1) / 19.4) ** 35
    low = 1 + ((o - 3) / 33) ** 13
    roots = math.pow(high, 1 / 8), math.pow(middle, 1 / 35), math.pow(low, 1 / 13)
    return 12 * roots[0] - 28 * roots[1] - 13 * roots[2] + 29


def _talkerEcho(T: float) -> float:
    """
    Idte (7.4).
    """
    terv = _TELR - 40 * math.log10((1 + T / 10) / (1 + T / 150)) + 6 * math.exp(-0.3 * T * T)
    half = (-1.5 * (_NO - _RLR) - (80 + 2.5 * (terv - 14))) / 2
    return (half + math.hypot(half, 10) - 1) * (1 - math.exp(-T))


def _listenerEcho(Tr: float) -> float:
    """
    Idle (7.4).
    """
    half = (_RO - 10.5 * (_WEPL + 7) * math.pow(Tr + 1, -0.25)) / 2
    return half + math.hypot(half, 13)


def _delay(Ta: float) -> float:
    """
    Idd: too long, even without an echo (7.4).
    """
    if Ta <= _KNEE:
        return 0.0
    x = math.log2(Ta / _KNEE)
    return float(25 * ((1 + x**6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2))


def _equipment(Ie: float, Bpl: float, Ppl: float, BurstR: float) -> float:
    """
    Ie,eff (7.5).
    """
    return Ie + (_MOST_LOST - Ie) * Ppl / (Ppl / BurstR + Bpl)


def narrowband(
    Ta: float = 0.0,
    Ie: float = 0.0,
    Bpl: float = 4.3,
    Ppl: float = 0.0,
    BurstR: float = 1.0,
    T: float | None = None,
    Tr: float | None = None,
) -> float:
    """
    R of telephone band (G.107).

    @param Ta: absolute delay from mouth to ear, ms.
    @param Ie: equipment impairment factor of the codec.
    @param Bpl: its packet-loss robustness factor.
    @param Ppl: packets lost, per cent.
    @param BurstR: how long losses in a row are, against those of random loss.
    @param T: mean one-way delay of the echo path, ms; C{None} for C{Ta}.
    @param Tr: round-trip delay in the four-wire loop, ms; C{None} for twice C{T}.
    @return: may be below 0, which L{mos} takes.
    """
    T = Ta if T is None else T
    Tr = 2 * T if Tr is None else Tr
    delayed = _talkerEcho(T) + _listenerEcho(Tr) + _delay(Ta)
    return _RO - _IOLR_IQ - _sidetone(T) - delayed - _equipment(Ie, Bpl, Ppl, BurstR)


WIDEBAND_R = 129.0
"""
The best of wideband (G.107.1).
"""


def wideband(
    Ta: float = 0.0,
    Ie: float = 0.0,
    Bpl: float = 4.3,
    Ppl: float = 0.0,
    BurstR: float = 1.0,
) -> float:
    """
    R of wideband (G.107.1), between telephones that return no echo.

    The parameters are as for L{narrowband}; C{Ie} and C{Bpl} are those for wideband.

    @return: up to L{WIDEBAND_R}: it compares with R of telephone band, but MOS of both do not.
    """
    return WIDEBAND_R - _delay(Ta) - _equipment(Ie, Bpl, Ppl, BurstR)


def mos(R: float, best: float = 100.0) -> float:
    """
    MOS-CQE, the mean opinion score of a conversation as estimated (G.107, annex B).

    @param best: what R is of: 100 or, of wideband, L{WIDEBAND_R} (G.107.1, annex A).
    @return: 1 to 4.5.
    """
    R = R * 100 / best
    if R <= 0:
        return 1.0
    if R >= 100:
        return 4.5
    return max(1.0, 1 + 0.035 * R + R * (R - 60) * (100 - R) * 7e-6)


DEFAULT_R = narrowband()
"""
With everything at its default: 93.2.
"""
