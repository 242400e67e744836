"""The pages of what happens: conversations, leads, and the pages one talks on."""
