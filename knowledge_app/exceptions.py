"""What can go wrong while knowledge is read, told by who must act.

KnowledgeError
├── SourceRejected      the owner must act: wrong kind of file, no such website, nothing to read;
    never retried
├── SourceUnavailable   the website or the model process can't answer now; retried with backoff
└── SourceTakenOver     the source was deleted, or another task works on it; stop without a word

The text of the first two is a sentence for the owner and never holds anything that was read.
"""


class KnowledgeError(Exception):
    pass


class SourceRejected(KnowledgeError):
    pass


class SourceUnavailable(KnowledgeError):
    def __init__(self, message: str, *, retry_after_seconds: int | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class SourceTakenOver(KnowledgeError):
    pass
