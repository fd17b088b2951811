"""A block: the last step. Warned before, for a time, with reason and rule, on a list, tried again if asked, and lifted."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actor import SCHEDULER, Actor
from archive.intake import clean_line
from channels import clock
from kommun.business_time import end_of
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import record
from kommun.policy import keys
from moderation import handling_due, handling_rules, wording
from moderation.actions import beside, common, explaining
from moderation.models import Block, Case, Explanation

LONGEST_DAYS = 180  # what lasts longer is no measure against a comment any more; it can be decided anew


def last_warning(case: Case) -> Explanation | None:
    """Return the latest warning to the same author in the same channel, about an earlier post than this one."""
    rows = Explanation.objects.filter(handling_rules.warnings_of(case)).exclude(case=case)
    return rows.filter(sent_at__lt=case.known_at).order_by("-sent_at").first()


def why_not_yet(case: Case) -> str | None:
    """Return what is missing before this author can be blocked: a warning that came before what was written now."""
    if last_warning(case) is None:
        return _(
            "Den som skrev är inte varnad. Varna först. Bryter samma konto mot reglerna igen efter varningen går det att"
            " blockera."
        )
    return None


@transaction.atomic
def block(*, case_id: int, until: date, reason: str, text: str, template_id: int | None = None, actor: Actor) -> Block:
    """Decide that an account may not write in the channel through a day, and write down what it is told.

    The account is blocked on the platform by a person. Raises NotPermitted, StateConflict (not warned, or blocked
    already), InvalidInput (no reason, a day that has been or is too far off). Source: LAW 1.8; FL 5 § (proportionate).
    """
    case, actor = common.lock(case_id, actor)
    if refusal := handling_rules.why_not_block(actor, case):
        raise NotPermitted(refusal)
    warning = last_warning(case)
    if warning is None:
        raise StateConflict(why_not_yet(case))
    _check(until, reason)
    now = timezone.now()
    row = Block(
        channel=case.channel,
        case=case,
        author=case.author,
        category=case.category,
        category_title=case.category_title,
        cite=wording.cite_of(case)[:300],
        reason=clean_line(reason, most=2000),
        warned_at=warning.sent_at,
        starts_at=now,
        ends_at=end_of(until),
        made_by=actor.person,
        on_behalf_of=actor.on_behalf_of,
    )
    actor.signs(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "one_block_a_channel_and_author" not in str(error):
            raise
        raise StateConflict(_("Kontot är redan blockerat i kanalen.")) from error
    text = text.replace("{until}", date_format(until, "j F Y"))
    told = explaining.write(case, text, Explanation.Kind.BLOCK, template_id, actor, row)
    facts = {"block": row.pk, "until": row.ends_at, "explanation": told.pk, "warning": warning.pk}
    cited = common.cited(case, keys.PROHIBITED_CONTENT, keys.REMOVAL_LADDER)
    beside.store(case, actor, "author.blocked", facts, also=tuple(cited))
    return row


def _check(until: date, reason: str) -> None:
    today, errors = timezone.localdate(), {}
    last = today + timedelta(days=LONGEST_DAYS)
    if until < today:
        errors["until"] = [_("Dagen har redan varit.")]
    elif until > last:
        errors["until"] = [_("Välj en dag senast %(day)s.") % {"day": date_format(last, "j F Y")}]
    if not reason.strip():
        errors["reason"] = [_("Skriv varför det inte räcker med något mindre.")]
    if errors:
        raise InvalidInput(errors)


@transaction.atomic
def lift_block(*, block_id: int, note: str, actor: Actor) -> Block:
    """Lift a block before its date, with the reason. Raises NotPermitted, StateConflict (lifted already), InvalidInput."""
    row = _lock(block_id)
    if reason := handling_rules.why_not_lift(actor, row):
        raise NotPermitted(reason)
    if not row.in_force:
        raise StateConflict(_("Blockeringen är redan hävd."))
    common.required(note=note)
    lift(row, Block.Lifted.DECISION, clean_line(note, most=1000), actor)
    return row


def lift(row: Block, how: str, note: str, actor: Actor) -> None:
    """Lift a block that is locked, or whose case is, and let the owner open the account on the platform."""
    row.lifted_at, row.lifted_how, row.lifted_by, row.lifted_note = timezone.now(), how, actor.user, note
    actor.signs(row)
    row.save()
    record("block.lifted", subject=row, actor=actor, data={"how": how, "case": row.case_id})
    what = _("Öppna kontot på plattformen: blockering %(number)s") % {"number": row.pk}
    handling_due.wait_for(
        handling_due.OPEN_ACCOUNT,
        row,
        actor,
        what=what,
        channel=row.channel,
        holder=row.channel.owner,
        due_at=end_of(timezone.localdate()),
    )


@transaction.atomic
def account_opened(*, block_id: int, actor: Actor) -> Block:
    """Say that the account is open on the platform again. Raises NotPermitted (the block still holds)."""
    row = _lock(block_id)
    if row.released_at is not None:
        return row
    if reason := handling_rules.why_not_free(actor, row):
        raise NotPermitted(reason)
    row.released_at = timezone.now()
    actor.signs(row)
    row.save()
    record("block.account_opened", subject=row, actor=actor, data={"case": row.case_id})
    clock.meet(handling_due.OPEN_ACCOUNT, row, actor, channel=row.channel)
    return row


def lift_what_has_run_out() -> int:
    """Lift every block whose date has come, and return how many. Safe to run twice, at once, or after an outage."""
    due = Q(lifted_at__isnull=True, ends_at__lte=timezone.now())
    lifted = 0
    for pk in list(Block.objects.filter(due).order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = Block.objects.select_for_update(of=("self",), skip_locked=True).filter(due, pk=pk).first()
            if row is not None:
                lift(row, Block.Lifted.DATE, "", SCHEDULER)
                lifted += 1
    return lifted


def _lock(pk: int) -> Block:
    rows = Block.objects.select_for_update(of=("self",)).select_related(
        "channel__unit", "channel__owner", "channel__deputy"
    )
    return rows.get(pk=pk)
