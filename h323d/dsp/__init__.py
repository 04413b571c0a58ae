"""
Sound as numpy arrays: codecs, mixing, concealment, levels, tones, resampling.

One row per stream, one column per sample, C{int16} unless said otherwise.  No
clock, no socket, no Twisted.
"""
