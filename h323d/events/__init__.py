"""
Facts: what has happened, for whoever wants to know.

A fact is a frozen record in the past tense.  Listeners cannot change what it
tells of: a question that may be answered with no is a policy (C{call.policy}),
not a fact.  Facts carry identifiers, addresses and numbers.  Of the texts that
a caller wrote, they carry the names of the parties, and only once every gate
has let them pass.
"""
