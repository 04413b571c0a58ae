"""
The commands: C{h323ctl} for operators, C{h323d-call} for people and tests.
"""
