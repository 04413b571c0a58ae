"""
What is seen of a server by HTTP.
"""
