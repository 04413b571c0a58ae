"""
The witness's log: what was decided, in a form that an outsider can verify with the files and a
public key alone.  C{docs/reference/witness-format.rst} describes it octet by octet.
"""
