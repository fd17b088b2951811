"""Tips: received, joined to a case, or set aside with a reason. `opening.open_case` makes a case of one."""

from urllib.parse import urlsplit

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import User
from archive.intake import IntakeError, clean_line, clean_text
from channels import public_queries
from channels.account_check import Kind, check_account
from channels.models import Channel
from channels.platform_specs import load_platform_specs
from kommun import policy
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import record
from moderation import due, queries, rules
from moderation.addresses import AddressError, CanonicalPost, parse_post
from moderation.models import Case, Tip
from moderation.models.talk import new_reference

MAX_TEXT = 3000
MAX_CONTACT = 200
MAX_REASON = 500
_RECEIVED = 7040003  # of the lock that two copies of the same tip wait for each other at


@transaction.atomic
def receive_tip(
    *, channel_id: int | None, url: str = "", text: str = "", contact: str = "", reference: str = "", actor: Actor
) -> Tip:
    """Write down that somebody told us: from now on the municipality knows, and the time goes for whoever is to read it.

    A tip about a post with an open case joins it at once. Without a channel, the address says which one where it can. Sent
    twice with the same `reference` it is received once. A visitor's actor is `accounts.actor.VISITOR`. Raises
    InvalidInput (nothing said, too long, or an address that cannot be read). Source: lag 1998:112, 5 §; LAW 1.1.
    """
    reference = reference or new_reference()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_RECEIVED, reference])
    if known := Tip.objects.filter(reference=reference).first():
        return known
    post, said = _read(url, text)
    tip = Tip(
        reference=reference,
        channel=_channel(channel_id, post),
        url=post.url if post else "",
        address_key=post.key if post else "",
        text=said,
        contact=clean_line(contact, most=MAX_CONTACT),
        sent_by=actor.user,
        received_at=timezone.now(),
    )
    actor.signs(tip)
    tip.save()
    facts = {"channel": tip.channel_id, "by_colleague": actor.user is not None}
    record("tip.received", subject=tip, actor=actor, data=facts)
    case = queries.same_post(tip.address_key).open().first() if tip.address_key else None
    if case:
        _join(tip, case, actor, by=None)
    else:
        version = policy.in_force()
        due.wait_for_reader(tip, version.pk if version else None, actor)
    return tip


def _read(url: str, text: str) -> tuple[CanonicalPost | None, str]:
    """Return the post and the text as they are kept. Raises InvalidInput."""
    errors: dict[str, list[str]] = {}
    post, said = None, ""
    if url.strip():
        try:
            post = parse_post(url)
        except AddressError as error:
            errors["url"] = [str(error)]
    try:
        said = clean_text(text, most=MAX_TEXT).text
    except IntakeError as error:
        errors["text"] = [str(error)]
    if not (url.strip() or text.strip()):
        errors["url"] = [_("Klistra in adressen, eller berätta vad du har sett och var.")]
    if errors:
        raise InvalidInput(errors)
    return post, said


def _channel(channel_id: int | None, post: CanonicalPost | None) -> Channel | None:
    """Return the channel that was chosen, else the one whose account the address lies under."""
    if channel_id is None and post is not None:
        channel_id = channel_of(post)
    if channel_id is None:
        return None
    return Channel.objects.select_related("unit", "owner", "platform").filter(pk=channel_id).first()


def channel_of(post: CanonicalPost) -> int | None:
    """Return the channel whose account stands in the address before the post: in its first part, or its first two."""
    specs, today = load_platform_specs(), timezone.localdate()
    address = urlsplit(post.url)
    parts = address.path.strip("/").split("/")
    for most in (1, 2):
        account = f"{address.scheme}://{address.netloc}/{'/'.join(parts[:most])}"
        verdict = check_account(account, public_queries.account_index(today), specs, today=today)
        ours = {each.channel for each in verdict.matches} if verdict.kind == Kind.OFFICIAL else set()
        if len(ours) == 1:
            return ours.pop()
    return None


def _join(tip: Tip, case: Case, actor: Actor, *, by: User | None) -> None:
    tip.case, tip.handled_at, tip.handled_by, tip.answer = case, timezone.now(), by, ""
    actor.signs(tip)
    tip.save()
    record("tip.joined", subject=tip, actor=actor, data={"case": case.pk})
    due.tip_read(tip, actor)


@transaction.atomic
def join_tip(*, tip_id: int, case_id: int, actor: Actor) -> Tip:
    """Say that the tip is about what a case is about already. Joined twice to the same case it is joined once.

    Raises Tip.DoesNotExist, Case.DoesNotExist, NotPermitted, StateConflict (it has another case, or the case is closed).
    """
    tip, actor = _lock(tip_id, actor)
    case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
    if tip.case_id == case.pk:
        return tip
    _check_free(tip)
    if not case.is_open:
        raise StateConflict(_("Ärendet är avslutat. Lägg in tipset som ett nytt ärende."))
    _join(tip, case, actor, by=actor.user)
    return tip


@transaction.atomic
def set_aside(*, tip_id: int, reason: str, actor: Actor) -> Tip:
    """Say that nothing is done about the tip, and why. It can still become a case: then it is not set aside any more.

    Raises Tip.DoesNotExist, NotPermitted, StateConflict (it has a case), InvalidInput (no reason).
    """
    tip, actor = _lock(tip_id, actor)
    _check_free(tip)
    reason = clean_line(reason, most=MAX_REASON)
    if not reason:
        raise InvalidInput({"reason": [_("Skriv varför det inte blir något ärende.")]})
    if tip.answer == reason:
        return tip
    tip.answer, tip.handled_at, tip.handled_by = reason, timezone.now(), actor.user
    actor.signs(tip)
    tip.save()
    record("tip.set_aside", subject=tip, actor=actor)
    due.tip_read(tip, actor)
    return tip


def _lock(tip_id: int, actor: Actor) -> tuple[Tip, Actor]:
    rows = Tip.objects.select_for_update(of=("self",)).select_related("channel__unit", "channel__platform")
    tip = rows.get(pk=tip_id)
    if reason := rules.why_not_read_tip(actor, tip):
        raise NotPermitted(reason)
    return tip, (actor.among(rules.who_opens(tip.channel)) if tip.channel else None) or actor


def _check_free(tip: Tip) -> None:
    if tip.case_id is not None:
        raise StateConflict(_("Tipset hör redan till ett ärende."))
