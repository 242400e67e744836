"""What can go wrong with a website, told by who must act.

FetchError
├── FetchUnavailable   time-out, 429, 5xx, connection lost: try again later
    (`.retry_after_seconds`, when the site says)
└── FetchRejected      4xx, not public, too large, wrong type: the owner must act (`.status`, when
    the site answered)

Their text is a sentence for the owner and never holds anything that the site sent.
"""


class FetchError(Exception):
    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


class FetchUnavailable(FetchError):
    def __init__(
        self, message: str, *, status: int | None = None, retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(message, status=status)
        self.retry_after_seconds = retry_after_seconds


class FetchRejected(FetchError):
    pass
