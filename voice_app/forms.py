"""Forms of the conversation and lead pages."""

from django import forms

from voice_app.models import Lead, VoiceSession


class ConversationFilter(forms.Form):
    """What a list of conversations is narrowed to; statuses as an owner thinks of them."""

    STATUSES = {
        "open": VoiceSession.OPEN,
        "ended": (VoiceSession.Status.ENDED,),
        "failed": (VoiceSession.Status.FAILED, VoiceSession.Status.LOST),
    }

    q = forms.CharField(max_length=200, required=False, label="Search what was said")
    channel = forms.ChoiceField(
        choices=[("", "Calls and chats"), ("voice", "Calls"), ("text", "Chats")],
        required=False,
        label="Kind",
    )
    status = forms.ChoiceField(
        choices=[
            ("", "Any state"),
            ("open", "In progress"),
            ("ended", "Ended"),
            ("failed", "Failed or lost"),
        ],
        required=False,
        label="State",
    )

    @property
    def is_filtering(self) -> bool:
        return any(self.data.get(name) for name in self.fields)


class LeadStatusForm(forms.Form):
    status = forms.ChoiceField(choices=Lead.Status)
