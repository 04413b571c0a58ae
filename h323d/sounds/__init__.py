"""
What the house itself lets people hear: tones, prompts and music, built in or from the operator's
own files.
"""
