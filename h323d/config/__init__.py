"""
The configuration file: TOML in, frozen sections out.

Each package defines its own section beside the code that uses it; this package
only puts them together, checks a file against them, and writes the commented
sample from their docstrings.  Every fault names the file and the key.
"""
