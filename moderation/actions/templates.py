"""Texts to begin with, for each rule: written in versions, never changed."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from archive.intake import clean_line, clean_text
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import record
from moderation import wording
from moderation.models import ReplyTemplate
from moderation.rules import STEERS


@transaction.atomic
def save_template(*, purpose: str, category: str, title: str, text: str, actor: Actor) -> ReplyTemplate:
    """Write the next version of a text, and return it; the one in use when nothing is different.

    Raises NotPermitted (communications staff write the texts), InvalidInput (nothing written, or a gap that nothing fills).
    """
    if not actor.roles & STEERS:
        raise NotPermitted(_("Kommunikationsenheten skriver mallarna."))
    title, text = clean_line(title, most=120), clean_text(text, most=5000).text.strip()
    errors = {}
    if not title:
        errors["title"] = [_("Ge mallen ett namn.")]
    if not text:
        errors["text"] = [_("Skriv texten.")]
    elif gaps := wording.unknown_gaps(text):
        known = ", ".join(f"{{{gap}}}" for gap in sorted(wording.GAPS))
        errors["text"] = [
            _("Luckan %(gap)s finns inte. De som finns är %(known)s.") % {"gap": ", ".join(gaps), "known": known}
        ]
    if errors:
        raise InvalidInput(errors)
    versions = ReplyTemplate.objects.select_for_update().filter(purpose=purpose, category=category)
    last = versions.order_by("-number").first()
    if last is not None and last.replaced_at is None and (last.title, last.text) == (title, text):
        return last
    now = timezone.now()
    versions.filter(replaced_at__isnull=True).update(replaced_at=now)
    row = ReplyTemplate.objects.create(
        purpose=ReplyTemplate.Purpose(purpose),
        category=category,
        number=last.number + 1 if last else 1,
        title=title,
        text=text,
        made_at=now,
        made_by=actor.person,
    )
    facts = {"purpose": row.purpose, "category": row.category, "number": row.number}
    record("template.written", subject=row, actor=actor, data=facts)
    return row


@transaction.atomic
def retire_template(*, template_id: int, actor: Actor) -> ReplyTemplate:
    """Take a text out of use; the one for every rule, or the product's own, is used again.

    Raises NotPermitted, StateConflict (it is out of use already).
    """
    if not actor.roles & STEERS:
        raise NotPermitted(_("Kommunikationsenheten skriver mallarna."))
    row = ReplyTemplate.objects.select_for_update().get(pk=template_id)
    if row.replaced_at is not None:
        raise StateConflict(_("Mallen är redan ur bruk."))
    row.replaced_at = timezone.now()
    row.save(update_fields=["replaced_at"])
    record("template.retired", subject=row, actor=actor, data={"number": row.number})
    return row
