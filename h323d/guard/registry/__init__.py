"""
The registry of guardians: one YAML file, which people edit.
"""
