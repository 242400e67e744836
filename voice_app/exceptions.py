"""What can go wrong in a conversation.

VoiceError
├── VoiceUnavailable   LiveKit or the worker can't take a call now, `.reason` says why; use text
├── AtCapacity         as many calls as allowed are open; try again later
├── SessionEnded       the conversation is over
├── SessionIsCall      typed turns are for chats; in a call they go through the room
└── SessionBusy        a typed turn is still being answered
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


class SessionIsCall(VoiceError):
    pass


class SessionBusy(VoiceError):
    pass
