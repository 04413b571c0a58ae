"""
What one process of ours tells another: values, as octets.
"""
