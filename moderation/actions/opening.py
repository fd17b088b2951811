"""A case is opened: from an address, a screenshot, a tip. The clock goes from when the municipality came to know."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import connection, transaction
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.actor import Actor
from archive.intake import MAX_TEXT, IntakeError, clean_line, clean_text
from archive.models import StoredFile
from channels import clock
from channels.actions.watch import found_something
from channels.models import Channel
from channels.queries import channel_scope
from kommun import policy
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import record
from moderation import categories, due, queries, rules
from moderation.actions import common, ladder
from moderation.addresses import AddressError, CanonicalPost, parse_post
from moderation.models import Case, Tip

NO_POST = CanonicalPost("", "", None)


class AlreadyKnown(StateConflict):
    """The post has a case already. It is offered; whoever asks may still open another (`even_if_known`)."""

    def __init__(self, case: Case) -> None:
        self.case = case
        super().__init__(_("Inlägget är redan inlagt. Öppna det ärendet, eller säg att det gäller något annat."))


@dataclass(frozen=True)
class Seen:
    """What was seen: where, by whom written, when written, when seen. `url` as it was pasted."""

    url: str = ""
    text: str = ""
    author: str = ""
    written_at: datetime | None = None
    seen_at: datetime | None = None
    direction: str = Case.Direction.INCOMING


@transaction.atomic
def open_case(
    *,
    channel_id: int,
    seen: Seen,
    kind: str = Case.Kind.REPORT,
    category: str = "",
    upload: File | None = None,
    how: str = StoredFile.How.UPLOADED,
    words: str = "",
    tip_id: int | None = None,
    even_if_known: bool = False,
    actor: Actor,
) -> Case:
    """Open a case, save the evidence that came with it, and start its clock.

    A tip's arrival, else when it was seen, is when the municipality came to know. Whether a file may be taken in is asked
    before it is read: for child abuse material nothing of it is left. Raises Channel.DoesNotExist, NotPermitted,
    AlreadyKnown, InvalidInput. Source: rules content.prohibited, removal.within, reply.within.
    """
    channel = Channel.objects.select_related("platform", "unit", "owner", "deputy").get(pk=channel_id)
    if reason := rules.why_not_open(actor, channel):
        raise NotPermitted(reason)
    actor = actor.among(rules.who_opens(channel)) or actor
    now = timezone.now()
    tip = Tip.objects.select_for_update(of=("self",)).get(pk=tip_id) if tip_id else None
    post, text, author = _read(seen, now, has_file=upload is not None)
    case = Case(
        channel=channel,
        direction=Case.Direction(seen.direction),
        kind=Case.Kind(kind),
        url=post.url,
        address_key=post.key,
        platform_item_id=post.item_id,
        author=author,
        text=text,
        written_at=seen.written_at,
        seen_at=seen.seen_at or now,
        known_at=min(tip.received_at, now) if tip else min(seen.seen_at or now, now),
        known_how=_how(tip),
        opened_at=now,
        opened_by=actor.user,
        policy_version_id=_version(),
    )
    _choose(case, category)
    _check_file(case, upload)
    if not even_if_known:
        _offer_the_same(case)
    _store(case, actor)
    if tip:
        _join(tip, case, actor)
    elif channel.is_open and localdate(case.seen_at) == localdate(now):
        # What is found on the channel today is a look at it too (rule watch.interval).
        label = _("Ärende %(number)s") % {"number": case.pk}
        found_something(channel_id=channel.pk, label=label, url=case.get_absolute_url(), actor=actor)
    if upload is not None or words.strip():
        ladder.keep(case, upload=upload, how=how, words=words, actor=actor)
    return case


def _read(seen: Seen, now: datetime, *, has_file: bool) -> tuple[CanonicalPost, str, str]:
    """Return the post, the text and the author as they are kept. Raises InvalidInput."""
    errors: dict[str, list[str]] = {}
    post, text, author = NO_POST, "", ""
    if seen.url.strip():
        try:
            post = parse_post(seen.url)
        except AddressError as error:
            errors["url"] = [str(error)]
    try:
        text = clean_text(seen.text, most=MAX_TEXT).text
        author = clean_line(seen.author, most=200)
    except IntakeError as error:
        errors["text"] = [str(error)]
    if not (seen.url.strip() or seen.text.strip() or has_file):
        errors["url"] = [_("Klistra in adressen, bifoga en skärmbild eller skriv vad som står i inlägget.")]
    if seen.seen_at and seen.seen_at > now:
        errors["seen_at"] = [_("Tiden har inte varit än.")]
    if seen.written_at and seen.written_at > (seen.seen_at or now):
        errors["written_at"] = [_("Inlägget kan inte ha skrivits efter att det sågs.")]
    if errors:
        raise InvalidInput(errors)
    return post, text, author


def _how(tip: Tip | None) -> str:
    if tip is None:
        return Case.Known.WATCH
    return Case.Known.COLLEAGUE if tip.sent_by_id else Case.Known.VISITOR


def _version() -> int | None:
    version = policy.in_force()
    return version.pk if version else None


def _choose(case: Case, key: str) -> None:
    if case.kind != Case.Kind.REPORT or not key:
        return
    scope, today = channel_scope(case.channel), timezone.localdate()
    chosen = categories.category(key, scope, case.policy_version_id, today)
    if chosen is None:
        raise InvalidInput({"category": [_("Välj en kategori i listan.")]})
    ladder.put_category(case, chosen)


def _check_file(case: Case, upload: File | None) -> None:
    if upload is not None and (reason := rules.why_not_file(case)):
        upload.close()  # a temporary file on disk is gone with it
        raise InvalidInput({"category" if not case.category else "upload": [reason]})


def _offer_the_same(case: Case) -> None:
    """Raise AlreadyKnown when the post has an open case. Two who open the same at once wait for each other here."""
    if not case.address_key:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7040002, hashtext(%s))", [case.address_key])
    found = queries.same_post(case.address_key, case.platform_item_id, case.channel).open().first()
    if found:
        raise AlreadyKnown(found)


def _store(case: Case, actor: Actor) -> None:
    case.due_at = due.limit_of(case, clock.closed_days()).due_at
    due.place(case)
    actor.signs(case)
    case.save()
    due.start(case, actor)
    facts: dict[str, Any] = {
        "channel": case.channel_id,
        "kind": case.kind,
        "direction": case.direction,
        "category": case.category,
        "known_at": case.known_at,
        "known_how": case.known_how,
        "due": case.due_at,
    }
    asked = common.cited(case, policy.keys.PROHIBITED_CONTENT) if case.category else []
    record("case.opened", subject=case, actor=actor, rules=asked, data=facts)


def _join(tip: Tip, case: Case, actor: Actor) -> None:
    tip.case, tip.handled_at, tip.handled_by = case, case.opened_at, actor.user
    actor.signs(tip)
    tip.save()
    record("tip.joined", subject=tip, actor=actor, data={"case": case.pk})
    due.tip_read(tip, actor)
