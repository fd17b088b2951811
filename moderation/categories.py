"""What may not stand in a channel, and what follows from choosing it: evidence, time, the registrar, the police.

From the policy version of the case, with what the law lists and an old policy does not: the law is no shorter for that
(lag 1998:112, 5 §). Criticism is in no list and can never be put in one (`ProhibitedContent`; RF 2 kap. 1 §).
"""

from dataclasses import dataclass
from datetime import date, datetime

from kommun import policy
from kommun.business_time import due_at
from kommun.policy import Rule, Scope, keys
from kommun.policy.base import ContentKind, Deadline
from kommun.policy.values.talking import ContentCategory, RemovalLadder, RemoveWithin

CHILD_ABUSE = "child_abuse_material"
SECRECY = "secrecy"
# A policy that says nothing of how content is removed still gets the order that loses nothing (design idea 4).
DEFAULT_LADDER = RemovalLadder(steps=("preserve", "hide", "assess", "delete", "restore"))


@dataclass(frozen=True)
class Category:
    """One kind of content that is removed. `in_policy` False: it is the law that says so, the policy does not name it."""

    key: str
    title: str
    kind: ContentKind
    law: str = ""
    description: str = ""
    words_only: bool = False
    crime: bool = False
    in_policy: bool = True

    @property
    def files_forbidden(self) -> bool:
        """Return True where a picture is a crime to hold: then no file is ever taken in (BrB 16 kap. 10 a §)."""
        return self.key == CHILD_ABUSE

    @property
    def secret(self) -> bool:
        """Return True for what may be secret: it is always registered (OSL 5 kap. 1 §)."""
        return self.key == SECRECY


@dataclass(frozen=True)
class Terms:
    """What the policy asks for when something of a category is removed. Written on the case when the category is chosen."""

    needs_handover: bool
    needs_receipt: bool
    needs_police: bool


def categories(scope: Scope, version: int | None, on: date) -> list[Category]:
    """Return what may not stand, what binds most first: the law's list, other law, house rules."""
    duties = {duty.key: duty for duty in policy.removal_duties(on)}
    rule = policy.rule(keys.PROHIBITED_CONTENT, scope, version=version)
    own = [_of_policy(each, on, each.key in duties) for each in (rule.value.categories if rule else ())]
    named = {each.key for each in own}
    own += [
        Category(
            key=duty.key,
            title=duty.title,
            kind="statutory",
            law=duty.crime or "",
            description=duty.note or "",
            words_only=duty.evidence == "text_only",
            crime=True,
            in_policy=False,
        )
        for key, duty in duties.items()
        if key not in named
    ]
    order = ("statutory", "other_law", "house_rule")
    return sorted(own, key=lambda each: order.index(each.kind))


def category(key: str, scope: Scope, version: int | None, on: date) -> Category | None:
    """Return the category with the key, or None when neither policy nor law has it."""
    return next((each for each in categories(scope, version, on) if each.key == key), None)


def _of_policy(entry: ContentCategory, on: date, in_law: bool) -> Category:  # noqa: FBT001  (a fact, not a switch)
    current = [law for law_id in entry.law for law in policy.law(law_id, on).current if law.verified != "no"]
    own = entry.provision if entry.provision and entry.provision[:1].isalpha() else ""
    return Category(
        key=entry.key,
        title=entry.title,
        kind="statutory" if in_law else entry.kind,
        law=own or ", ".join(dict.fromkeys(law.name for law in current)),
        description=entry.description or "",
        words_only=entry.evidence != "image",
        crime=entry.police,
    )


def ladder(scope: Scope, version: int | None) -> RemovalLadder:
    """Return the order of the steps."""
    rule = policy.rule(keys.REMOVAL_LADDER, scope, version=version)
    return rule.value if rule else DEFAULT_LADDER


def terms(chosen: Category, scope: Scope, version: int | None) -> Terms:
    """Return what has to be done before content of the category may be removed.

    Sent to the registrar, or received there, where the ladder says so (`registered_first`: Sunne sends, Tibro has it
    registered, Nora asks that of secrecy alone), and for secrecy always received, whatever the policy says (OSL 5:1).
    A stand on a police report where the policy makes the report a duty (Sunne).
    """
    order = ladder(scope, version)
    asked = order.registered(chosen.key)
    evidence = policy.rule(keys.EVIDENCE, scope, version=version)
    if asked and order.registered_first is None and evidence and evidence.value.registered:
        asked = "received"  # an older policy file said it there alone
    police = policy.rule(keys.POLICE_REPORT, scope, version=version)
    received = chosen.secret or asked == "received"
    duty = bool(police and police.value.duty == "must")
    return Terms(needs_handover=received or asked == "sent", needs_receipt=received, needs_police=chosen.crime and duty)


@dataclass(frozen=True)
class Limit:
    """A time to keep: when it runs out (None: no number), the word where there is none, and the rule that asks for it."""

    due_at: datetime | None
    word: str
    rule: Rule | None


def is_at_once(rule: Rule | None, key: str, kind: str) -> bool:
    """Return True where the rule says that it is done at once (0): for the category of a removal, or for any answer."""
    if rule is None:
        return False
    found = rule.value.limit(key, kind or None) if isinstance(rule.value, RemoveWithin) else rule.value
    return isinstance(found, Deadline) and found.hours == 0


@dataclass(frozen=True)
class Allowed:
    """How long something may take, and the rule that says so: the same whenever it becomes known. None: nothing is said."""

    deadline: Deadline | None
    rule: Rule | None

    def since(self, known_at: datetime, closed: frozenset[date]) -> Limit:
        """Return by when that is, counted from when the municipality came to know."""
        if self.deadline is None:
            return Limit(None, "", self.rule)
        return Limit(due_at(known_at, self.deadline, closed), self.deadline.word or "", self.rule)


def removal_time(key: str, kind: str, scope: Scope, version: int | None) -> Allowed:
    """Return how long it may take until something is removed or hidden.


    Clock hours, through weekends and both changes of the clock; at once has no number (`is_at_once`). Before a category is
    chosen (`key` empty) the time for everything else counts. Source: rule removal.within.
    """
    rule = policy.rule(keys.REMOVE_WITHIN, scope, version=version)
    return Allowed(rule.value.limit(key, kind or None) if rule else None, rule)


def reply_time(promised_hours: int | None, scope: Scope, version: int | None) -> Allowed:
    """Return how long an answer to a question may take: what the channel promises its visitors, else what the policy says.

    Counted in the policy's calendar either way (Tibro: working days). Source: rule reply.within.
    """
    rule = policy.rule(keys.REPLY_WITHIN, scope, version=version)
    limit: Deadline | None = rule.value if rule else None
    if promised_hours:
        limit = Deadline(value=promised_hours, unit="hours", calendar=limit.calendar if limit else None)
    return Allowed(limit, rule)
