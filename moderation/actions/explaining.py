"""What we tell whoever wrote: which rule, what was done, and how to have it tried again. Kept as a record."""

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.actor import Actor
from archive.actions.keeping import keep_record
from archive.intake import clean_text
from archive.models import Record
from kommun.errors import NotPermitted
from kommun.policy import keys
from moderation import handling_rules, wording
from moderation.actions import beside, common
from moderation.models import Block, Case, Explanation

K = Explanation.Kind


@transaction.atomic
def explain(
    *, case_id: int, text: str, kind: str = K.EXPLANATION, template_id: int | None = None, actor: Actor
) -> Explanation:
    """Write down what the author is told about a post that we hid or removed. The rule, and how to ask for it to be tried
    again, are added to the text, so that no explanation is without them. Returns the row with the text to send.

    Raises NotPermitted (nothing is hidden), InvalidInput. Source: FL 5 and 32 §§; RF 2 kap. (general, published rules).
    """
    case, actor = common.lock(case_id, actor)
    if reason := handling_rules.why_not_explain(actor, case):
        raise NotPermitted(reason)
    row = write(case, text, kind, template_id, actor)
    facts = {"explanation": row.pk, "kind": row.kind, "template": template_id, "record": row.record_id}
    beside.store(case, actor, "case.explained", facts, also=tuple(common.cited(case, keys.PROHIBITED_CONTENT)))
    return row


def write(
    case: Case, text: str, kind: str, template_id: int | None, actor: Actor, block: Block | None = None
) -> Explanation:
    """As `explain`, for a case that is locked and an act that has asked whether it may."""
    common.required(text=text)
    reference, cite, now = wording.new_reference(), wording.cite_of(case), timezone.now()
    said = clean_text("\n\n".join((text.strip(), closing(reference, cite), wording.signature(actor.person)))).text
    kept = keep_record(
        kind=Record.Kind.EXPLANATION,
        direction=Record.Direction.OUTGOING,
        channel=case.channel,
        occurred_at=now,
        text=said,
        author=str(case.channel),
        source_url=case.url,
        subject=case,
        label=case.title,
        url=case.get_absolute_url(),
        actor=actor,
    )
    return Explanation.objects.create(
        case=case,
        block=block,
        kind=kind,
        reference=reference,
        text=said,
        cite=cite,
        template_id=template_id,
        record=kept,
        sent_at=now,
        made_by=actor.person,
        on_behalf_of=actor.on_behalf_of,
    )


def closing(reference: str, cite: str) -> str:
    """Return the end of every explanation: the rule, and where the author can have it tried again."""
    with override(settings.LANGUAGE_CODE):
        url = f"{settings.SITE_URL}{reverse('moderation:appeal')}"
        return _(
            "Regel: %(rule)s.\n\nTycker du att vi har gjort fel? Be oss pröva det igen på %(url)s. Ditt nummer: %(number)s"
        ) % {"rule": cite, "url": url, "number": reference}
