"""
Turns the pyasn1 schemas into straight-line Python: C{python -m h323d.asn1.compiler}.

C{shapes} reads a schema, C{source} writes Python, C{decoding} and C{encoding}
say what a decoder and an encoder of each shape look like.  A development tool:
nothing here is imported at run time.
"""
