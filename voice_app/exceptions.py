"""What can go wrong in a conversation.

VoiceError
├── VoiceUnavailable   LiveKit or the worker can't take a call now, `.reason` says why; use text
├── AtCapacity         as many calls as allowed are open; try again later
├── SessionEnded       the conversation is over
├── SessionBusy        a typed turn is still being answered
└── MessageRejected    the visitor must correct what they left; `.fields` says what
"""


class VoiceError(Exception):
    pass


class VoiceUnavailable(VoiceError):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AtCapacity(VoiceError):
    pass


class SessionEnded(VoiceError):
    pass


class SessionBusy(VoiceError):
    pass


class MessageRejected(VoiceError):
    def __init__(self, fields: dict[str, list[str]]) -> None:
        super().__init__("The message can't be taken.")
        self.fields = fields
