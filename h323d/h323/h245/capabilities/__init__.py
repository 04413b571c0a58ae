"""
What an end can do, as H.245 capabilities: a module for each kind of medium, and the table of them.
"""
