"""
H.245 control of one call: a module per signalling entity of Annex C, and the
session that owns them.

Users need L{h323d.h323.h245.session} alone.
"""
