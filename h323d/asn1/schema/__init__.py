"""
The ASN.1 modules as pyasn1 types: the source that the codecs are made from.

Nothing here is imported at run time.
"""
