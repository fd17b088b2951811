"""What the answers are checked against and shown with. Read in a constant number of queries."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Acknowledgement, Unit, User
from channels.models import Application, Attachment, Channel, ChannelAddress, Platform
from channels.questions.model import Answers, Question
from kommun.models import Municipality

WAITING = (Application.Status.SUBMITTED, Application.Status.CHANGES_REQUESTED)


@dataclass(frozen=True)
class Facts:
    """What is known when an application is checked. Load it once a page."""

    application: Application
    users: dict[int, User]  # active ones: those who can be chosen
    units: dict[int, Unit]
    platforms: dict[str, Platform]
    attachments: dict[str, Attachment]
    receipts: frozenset[tuple[int, str]]  # (user, document) read in this policy version
    municipality: Municipality | None
    _taken: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, application: Application) -> "Facts":
        """Return the facts about an application as they are now."""
        receipts = Acknowledgement.objects.filter(policy_version=application.policy_version_id)
        return cls(
            application,
            {user.pk: user for user in User.objects.filter(is_active=True).select_related("unit")},
            {unit.pk: unit for unit in Unit.objects.all()},
            {row.key: row for row in Platform.objects.all()},
            {row.document: row for row in application.attachments.filter(replaced_at__isnull=True)},
            frozenset(receipts.filter(user_id__in=people_in(application.answers)).values_list("user_id", "document")),
            Municipality.current(),
        )

    @property
    def unit(self) -> Unit | None:
        """The unit of the channel, the applicant's own while it is not answered."""
        return self.units.get(as_id(self.application.answers.get("unit"))) or self.units.get(
            self.application.applicant.unit_id or 0
        )

    def taken(self, platform: Platform | None, handle_key: str) -> str:
        """Return why the account cannot be applied for, or nothing. Asked once a page."""
        key = (platform.key if platform else "", handle_key)
        if key not in self._taken:
            self._taken[key] = why_taken(self.application, platform, handle_key)
        return self._taken[key]

    def readers(self, question: Question, answers: Answers) -> list[User]:
        """Return the people who are to read the document, each once, in the order of the roles."""
        ids: list[int] = []
        for role in question.options.get("readers", ()):
            ids += as_ids(answers.get(role)) if role == "administrators" else [as_id(answers.get(role))]
        return [self.users[pk] for pk in dict.fromkeys(ids) if pk in self.users]

    def has_read(self, user: User, question: Question) -> bool:
        """Return True when the person has signed for the document in this policy version."""
        return (user.pk, question.key) in self.receipts


def as_id(value: Any) -> int:
    """Return a primary key out of an answer; 0, which nobody has, for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def as_ids(value: Any) -> list[int]:
    """Return the primary keys out of an answer that is a list."""
    return [as_id(item) for item in value if as_id(item)] if isinstance(value, list) else []


def people_in(answers: Answers) -> list[int]:
    """Return the ids of everybody whom the answers name."""
    named = [as_id(answers.get("owner")), as_id(answers.get("deputy")), *as_ids(answers.get("administrators"))]
    return [pk for pk in dict.fromkeys(named) if pk]


def why_taken(application: Application, platform: Platform | None, handle_key: str) -> str:
    """Return why the account cannot be applied for, or nothing. Names a channel only when everybody may see it.

    An account that was ours counts too: its old address must keep its answer.
    """
    if platform is None or not handle_key:
        return ""
    row = (
        ChannelAddress.objects.filter(platform=platform, handle_key=handle_key)
        .select_related("channel")
        .order_by("-valid_to")  # in PostgreSQL the open-ended row, with no last day, comes first
        .first()
    )
    if row is not None and row.channel_id != application.channel_id:
        if row.channel.visibility != Channel.Visibility.PUBLIC:
            return _("Kontot finns redan i förteckningen. Fråga kommunikationsenheten.")
        if row.valid_to is None and row.channel.status != Channel.Status.CLOSED:
            return _("Kontot finns redan i förteckningen som ”%(channel)s”.") % {"channel": row.channel}
        return _(
            "Kontot har varit vårt förut, som ”%(channel)s”. Fråga kommunikationsenheten om det kan användas igen."
        ) % {"channel": row.channel}
    under_way = Q(status__in=WAITING) | Q(channel__status=Channel.Status.DECIDED)  # decided: it has no address yet
    same = Application.objects.filter(under_way, answers__platform=platform.key, answers__handle_key=handle_key)
    if not same.exclude(pk=application.pk).exists():
        return ""
    return _("Någon annan har redan sökt för samma konto. Välj ett annat, eller fråga kommunikationsenheten.")
