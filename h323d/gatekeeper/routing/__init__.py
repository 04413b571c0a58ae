"""
Where a call to a name goes (H.323, 8.1; H.225.0, 7.11): a chain of policies,
a module each.
"""
