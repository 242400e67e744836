"""Who speaks: LiveKit's worker. One parent process registers with LiveKit; each call is a job in a
process of its own.
"""
