"""Mail where no SMTP server is set: each message is printed to the log and kept as a file, so that
a newcomer finds the reset link.
"""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.console import EmailBackend as ConsoleBackend
from django.core.mail.backends.filebased import EmailBackend as FileBackend


class ConsoleAndFileBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        ConsoleBackend().send_messages(email_messages)
        return FileBackend().send_messages(email_messages) or 0
