"""What can go wrong with agents.

AgentError
├── AgentNotConfigured   the owner must finish it before it can speak
├── AgentInactive        the owner switched it off
├── ConfigRejected       the configuration isn't complete or valid; `.problems` says where
└── OriginsRejected      a list of websites can't be taken; `.problems` are sentences for the owner
"""


class AgentError(Exception):
    pass


class AgentNotConfigured(AgentError):
    pass


class AgentInactive(AgentError):
    pass


class ConfigRejected(AgentError):
    def __init__(self, problems: dict[str, list[str]]) -> None:
        super().__init__("The configuration is not complete.")
        self.problems = problems


class OriginsRejected(AgentError):
    def __init__(self, problems: list[str]) -> None:
        super().__init__(*problems)
        self.problems = problems
