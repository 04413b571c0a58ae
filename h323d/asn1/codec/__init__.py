"""
The generated codecs, one module per ASN.1 module.

C{python -m h323d.asn1.compiler} writes these files; do not edit them.
"""
