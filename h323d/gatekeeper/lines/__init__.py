"""
The calls of the parties that are registered here, as others may see them.
"""
