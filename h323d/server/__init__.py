"""
The composition: one server, put together from its parts.
"""
