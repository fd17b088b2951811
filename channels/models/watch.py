"""What is said about looking after a channel: somebody looked at it on a day, and whether anything is posted there."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.models.channel import Channel
from channels.models.obligation import Obligation
from channels.models.upkeep import Statement


class WatchTick(Statement):
    """Somebody looked at the channel: found nothing, or found something and opened a case.

    `day` and `slot` are the round that it was: the Swedish day, and which part of it where the policy counts in hours. The
    case belongs to an app above, which is pointed at by label and address. A tick that was a mistake is withdrawn, not
    removed; `obligation` is the one that it met, and that waits again then. `also_met` are those that ask for a look for
    another reason (a crisis): this look met them, or a later one in the same round.
    """

    class Found(models.TextChoices):
        NOTHING = "nothing", _("Inget att göra")
        CASE = "case", _("Öppnade ett ärende")

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="watch_ticks", verbose_name=_("kanal"))
    day = models.DateField(_("dag"))
    slot = models.PositiveSmallIntegerField(_("del av dagen"), default=0)
    found = models.CharField(_("vad som fanns"), max_length=7, choices=Found.choices, default=Found.NOTHING)
    label = models.CharField(_("ärendet"), max_length=300, blank=True)
    url = models.CharField(_("var ärendet finns"), max_length=300, blank=True)
    obligation = models.ForeignKey(
        Obligation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("uppgiften som blev klar"),
    )
    also_met = models.ManyToManyField(
        Obligation, related_name="+", editable=False, verbose_name=_("andra uppgifter som blev klara")
    )
    withdrawn_at = models.DateTimeField(_("ångrad"), null=True, blank=True)

    class Meta:
        verbose_name = _("genomgång")
        verbose_name_plural = _("genomgångar")
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["channel", "-made_at", "-id"], condition=Q(withdrawn_at=None), name="watch_newest"),
            models.Index(fields=["channel", "day"], condition=Q(withdrawn_at=None), name="watch_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "day", "slot"],
                condition=Q(withdrawn_at=None, found="nothing"),
                name="one_quiet_tick_a_round",
            ),
            models.UniqueConstraint(
                fields=["channel", "url"], condition=Q(withdrawn_at=None, found="case"), name="one_tick_a_case"
            ),
            models.CheckConstraint(
                condition=Q(found="nothing", label="", url="") | Q(found="case") & ~Q(label="") & ~Q(url=""),
                name="tick_with_case_points_at_it",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(found="nothing"), name="tick_with_case_is_not_withdrawn"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.day:%Y-%m-%d} ({self.get_found_display()})"


class Activity(Statement):
    """When something was last posted, as somebody says; and whether a channel that has gone quiet is kept or closed."""

    class Answer(models.TextChoices):
        POSTED = "posted", _("Något är publicerat")
        NOTHING = "nothing", _("Inget är publicerat")
        KEEP = "keep", _("Behålls")
        CLOSE = "close", _("Ska avslutas")

    STATED = (Answer.POSTED, Answer.NOTHING)
    DECIDED = (Answer.KEEP, Answer.CLOSE)

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="activity", verbose_name=_("kanal"))
    answer = models.CharField(_("svar"), max_length=7, choices=Answer.choices)
    last_post_on = models.DateField(_("senaste inlägget"), null=True, blank=True)

    class Meta:
        verbose_name = _("uppgift om aktivitet")
        verbose_name_plural = _("uppgifter om aktivitet")
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["channel", "-made_at"], name="activity_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="posted", last_post_on__isnull=False)
                | ~Q(answer="posted") & Q(last_post_on__isnull=True),
                name="only_a_post_has_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(answer__in=["keep", "close"]) | ~Q(note=""), name="decision_on_silence_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.get_answer_display()}"
