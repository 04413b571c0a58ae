"""
Our place in zones of others: as an endpoint of their gatekeepers, our parents.
"""
