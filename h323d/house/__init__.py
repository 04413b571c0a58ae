"""
What a service runs: a server that is alone, or one in processes of which one leads and one follows
(L{h323d.ha}), and goes on where one dies.
"""
