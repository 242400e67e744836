"""What an agent can do, one tool a module; each run is kept as a ToolCall row."""
