"""How an agent answers, without LiveKit: calls, typed chats, the builder's self-test and
simulations all come here.
"""
