"""The process that holds the local models, and its client.

One process for the whole machine: loaded before a fork these models deadlock in the child, and
loaded in every job they cost 20 seconds and their memory each time. Only `client` is imported
outside that process.
"""
