"""The JSON API of conversations: the visitor's endpoints, the member's, and LiveKit's webhook."""
