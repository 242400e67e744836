"""Staff's view of people, businesses and agents.

What has a service is done by it. Secrets go in and never come out: a connection's, a key's hash, a
second factor's seed.
"""

from agents_app.admin import agents, businesses, people

__all__ = ["agents", "businesses", "people"]
