"""
Who is registered: the table of endpoints, its indexes, and what of it is kept on the disk.
"""
