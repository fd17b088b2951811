"""Mail: the demo's mailbox in place of an SMTP server. Everywhere else Django's SMTP backend is used."""

from collections.abc import Sequence

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

from kommun.models import DemoMail


class MailboxBackend(BaseEmailBackend):
    """Keep each mail in the database, one row per recipient, for the mailbox page."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store the messages and return how many."""
        rows = [
            DemoMail(to=address, subject=str(message.subject)[:300], body=str(message.body))
            for message in email_messages
            for address in message.recipients()
        ]
        DemoMail.objects.bulk_create(rows)
        return len(email_messages)
