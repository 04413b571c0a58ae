"""
ASN.1 aligned PER (X.691) for H.225.0, H.245, H.235, H.450 and H.460.

One module per ASN.1 module, each a L{namespace<h323d.asn1.namespace.Namespace>}
of the types it defines::

    from h323d.asn1 import h225
    kind, body = h225.decode("RasMessage", data)

The schemas are pyasn1 types (C{schema}); C{compiler} turns them into the
Python source in C{codec}, and only that source is imported at run time.
"""
