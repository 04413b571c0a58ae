"""
A server that another can follow: what enters it in turns, logged, and done again elsewhere.
"""
