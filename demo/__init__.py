"""A small invented business: its website, its documents and what a visitor would ask it.

It stands apart from the product: nothing in the platform imports it, and it reaches the platform
as any other business does, by its address and its files.
"""
