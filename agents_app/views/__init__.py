"""The owner's pages of agents and of the business, by what they are about."""
