"""The processes that `bin/up` starts and how they are waited for; nothing of the product's own
code.

Modules that run before the environment exists (`bootstrap`, `install`, `console`, `children`,
`errors`, `layout`) use the standard library alone; the rest runs inside `.local/venv`.
"""
