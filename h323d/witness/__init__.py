"""
Those who watch: what they write down follows from facts, and changes nothing.
"""
