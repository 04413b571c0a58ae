"""
What the generated codecs call: the parts of aligned PER that are long or rare.

Not here: anything about a particular type.
"""
