"""Who has the case, and what we answer: claim, release, forward, reply."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Unit, User
from accounts.organisation import Organisation
from archive.actions.keeping import keep_record
from archive.intake import IntakeError, clean_line, clean_text
from archive.models import Record
from channels.queries import channel_scope
from kommun import policy
from kommun.errors import InvalidInput, StateConflict
from kommun.models import Municipality
from kommun.policy import keys
from moderation import due, notices, standing
from moderation.actions import common
from moderation.addresses import AddressError, parse_post
from moderation.models import Case, Reply, ReplyTemplate


@transaction.atomic
def claim(*, case_id: int, version: int | None = None, take_over: bool = False, actor: Actor) -> Case:
    """Take the case, so that nobody else works on it. Taken twice by the same person it is taken once.

    Raises NotPermitted, StateConflict: somebody else has it, and who (unless `take_over`), or it has changed.
    """
    case, actor = common.lock(case_id, actor)
    if case.claimed_by_id == actor.user_id:
        return case
    step = common.check("claim", case, actor)
    if case.claimed_by is not None and not take_over:
        raise StateConflict(_("%(person)s har redan tagit ärendet.") % {"person": case.claimed_by})
    if version is not None and case.version != version:
        raise StateConflict(_("Ärendet har ändrats sedan du öppnade sidan. Läs det igen innan du går vidare."))
    before = case.claimed_by_id
    case.claimed_by, case.claimed_at = actor.person, timezone.now()
    common.save(case, step, actor, "case.claimed", {"from": before})
    return case


@transaction.atomic
def release(*, case_id: int, actor: Actor) -> Case:
    """Let the case go, so that others can take it. Raises NotPermitted, StateConflict (somebody else has it)."""
    case, actor = common.lock(case_id, actor)
    step = common.check("claim", case, actor)
    if case.claimed_by_id is None:
        return case
    if case.claimed_by_id != actor.user_id:
        raise StateConflict(_("%(person)s har tagit ärendet.") % {"person": case.claimed_by})
    case.claimed_by = case.claimed_at = None
    common.save(case, step, actor, "case.released")
    return case


@transaction.atomic
def forward(
    *, case_id: int, unit_id: int | None, person_id: int | None = None, version: int | None = None, actor: Actor
) -> Case:
    """Send the case to a unit, or back to the channel (None). The clock goes on, and its obligation goes with the case.

    The person is the unit's manager unless somebody is named. Where the policy wants the owner to follow up, that becomes
    an obligation of the owner's own. Raises NotPermitted, StateConflict, InvalidInput (a unit where nobody can be asked).
    Source: rule reply.forwarding.
    """
    case, actor = common.lock(case_id, actor, version)
    step = common.check("forward", case, actor)
    unit = Unit.objects.select_related("manager").filter(pk=unit_id).first() if unit_id else None
    person = unit.manager if unit else None
    if person_id:
        person = User.objects.filter(pk=person_id, is_active=True).first()
    if unit_id and (unit is None or person is None):
        raise InvalidInput({"unit": [_("Välj en enhet som har en chef, eller en person.")]})
    barred = standing.barred_from(case)
    if person is not None and person.pk in barred:
        raise InvalidInput({"unit": [_("%(person)s är jävig i ärendet. Välj en annan enhet.") % {"person": person}]})
    before = {"unit": case.assigned_unit_id, "person": case.assigned_to_id}
    case.assigned_unit, case.assigned_to = unit, person if unit else None
    if unit is None and case.channel.owner_id in barred:  # back to the channel, but not to whoever has a stake in it
        case.assigned_to = standing.who_takes_over(case, Organisation.load(timezone.localdate()), barred)
    case.forwarded_at = timezone.now() if case.assigned_to else None
    case.claimed_by = case.claimed_at = None
    due.hand_on(case, actor)
    data = {"unit": unit_id, "person": case.assigned_to_id, "before": before}
    common.save(case, step, actor, "case.forwarded", data)
    rule = policy.rule(keys.FORWARDING, channel_scope(case.channel), version=case.policy_version_id)
    if unit and rule and rule.value.owner_follows_up:
        due.follow(case, rule, actor)
    else:
        due.stop_following(case, actor)
    notices.forwarded(case, actor)
    return case


@transaction.atomic
def answer(
    *,
    case_id: int,
    text: str,
    signature: str = "",
    url: str = "",
    published_at: datetime | None = None,
    interim: bool = False,
    template_id: int | None = None,
    version: int | None = None,
    actor: Actor,
) -> Reply:
    """Write down what we answered; it becomes a record that we drew up. An interim answer does not stop the clock.

    A final one closes the case. `template_id`: the version of the text that it began from, however much was changed. The
    signature is what the policy asks for when none is given. Raises NotPermitted, StateConflict, InvalidInput.
    Source: rules reply.within, reply.signature; matrix E20, G2.
    """
    case, actor = common.lock(case_id, actor, version)
    step = common.check("interim" if interim else "answer", case, actor)
    now = timezone.now()
    published = published_at or now
    errors: dict[str, list[str]] = {}
    if published > now:
        errors["published_at"] = [_("Tiden har inte varit än.")]
    elif published < case.known_at and not interim:
        errors["published_at"] = [_("Svaret kan inte ha publicerats innan kommunen fick frågan.")]
    if not text.strip():
        errors["text"] = [_("Skriv svaret.")]
    where = case.url
    if url.strip():
        try:
            where = parse_post(url).url
        except AddressError as error:
            errors["url"] = [str(error)]
    if errors:
        raise InvalidInput(errors)
    try:
        said = clean_text(text).text
    except IntakeError as error:
        raise InvalidInput({"text": [str(error)]}) from error
    signed = clean_line(signature, most=300) or signature_for(case, actor.person)
    common.record_of(case, actor)
    kept = keep_record(
        kind=Record.Kind.REPLY,
        direction=Record.Direction.OUTGOING,
        channel=case.channel,
        occurred_at=published,
        known_at=published,
        text="\n\n".join(filter(None, (said, signed))),
        author=str(case.channel),
        source_url=where,
        subject=case,
        label=case.title,
        url=case.get_absolute_url(),
        actor=actor,
    )
    row = Reply.objects.create(
        case=case,
        kind=Reply.Kind.INTERIM if interim else Reply.Kind.FINAL,
        text=said,
        signature=signed,
        url=where,
        published_at=published,
        template=_template(template_id),
        record=kept,
        made_by=actor.person,
        on_behalf_of=actor.on_behalf_of,
    )
    _finish(case, published, actor, interim=interim)
    data = {"reply": row.pk, "record": kept.pk, "published_at": published, "template": row.template_id}
    common.save(
        case, step, actor, "case.interim_reply" if interim else "case.answered", data, also=(keys.REPLY_SIGNATURE,)
    )
    return row


def _template(template_id: int | None) -> ReplyTemplate | None:
    """Return the version that an answer began from; None for one that is for something else than answers."""
    purposes = (ReplyTemplate.Purpose.INTERIM, ReplyTemplate.Purpose.REPLY)
    return ReplyTemplate.objects.filter(pk=template_id, purpose__in=purposes).first() if template_id else None


def _finish(case: Case, published: datetime, actor: Actor, *, interim: bool) -> None:
    if interim:
        return
    case.answered_at, case.outcome, case.closed_at = published, Case.Outcome.ANSWERED, timezone.now()
    case.claimed_by = case.claimed_at = None
    due.stop(case, actor)
    due.stop_following(case, actor)


def signature_for(case: Case, person: User) -> str:
    """Return how the policy wants a reply signed by the person, or nothing where it is silent (rule reply.signature)."""
    rule = policy.rule(keys.REPLY_SIGNATURE, channel_scope(case.channel), version=case.policy_version_id)
    if rule is None:
        return ""
    municipality = Municipality.current()
    parts = {
        "first_name": person.name.split()[0] if person.name else "",
        "name": person.name,
        "title": person.title if person.title != person.name else "",
        "unit": str(person.unit) if person.unit else "",
        "municipality": municipality.name if municipality else "",
    }
    return ", ".join(filter(None, (parts[part] for part in rule.value.parts)))
