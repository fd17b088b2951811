"""The texts to begin with where the municipality has written none of its own, and how gaps are filled."""

import secrets
from dataclasses import dataclass
from string import Formatter

from django.utils.translation import gettext as _

from accounts.models import User
from channels.queries import channel_scope
from kommun import policy
from kommun.models import Municipality
from kommun.policy import Scope, keys
from moderation.models import Case, ReplyTemplate

P = ReplyTemplate.Purpose
GAPS = frozenset({"channel", "rule", "law", "until", "municipality"})
# Without letters and digits that are taken for one another: a reference is read aloud and written by hand.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_reference() -> str:
    """Return a number that tells nothing: 3 groups of 4 of 31 characters, 59 bits. Nobody guesses one."""
    return "-".join("".join(secrets.choice(LETTERS) for _place in range(4)) for _group in range(3))


def read_reference(text: str) -> str:
    """Return the reference as it is kept, from what somebody typed: small letters, blanks, no dashes."""
    kept = "".join(char for char in text.upper() if char in LETTERS)
    return "-".join(kept[start : start + 4] for start in range(0, 12, 4)) if len(kept) == 12 else ""


def default_text(purpose: str) -> str:
    """Return the product's own text for the purpose, with its gaps."""
    return {
        P.EXPLANATION.value: _(
            "Hej! Vi har dolt eller tagit bort det du skrev i {channel}, eftersom det strider mot regeln ”{rule}”."
            " Det gäller hur det är skrivet, inte vad du tycker. Du är välkommen att skriva igen utan det."
        ),
        P.WARNING.value: _(
            "Hej! Det du skrev i {channel} strider mot regeln ”{rule}” och är borttaget. Händer det igen kan vi hindra dig"
            " från att skriva i kanalen en tid. Du är välkommen att tycka vad du vill och att kritisera oss."
        ),
        P.BLOCK.value: _(
            "Hej! Du kan inte skriva i {channel} till och med {until}, eftersom du efter en varning har brutit mot regeln"
            " ”{rule}” igen. Du kan fortfarande nå {municipality} på alla andra sätt."
        ),
        P.INTERIM.value: _("Hej! Tack för att du hör av dig. Vi tar reda på svaret och återkommer här."),
        P.REPLY.value: "",
    }[purpose]


def template_categories() -> list[tuple[str, str]]:
    """Return the rules that a text can be written for, key and title, of the policy in force."""
    rule = policy.rule(keys.PROHIBITED_CONTENT, Scope())
    return [(each.key, each.title) for each in (rule.value.categories if rule else ())]


def unknown_gaps(text: str) -> list[str]:
    """Return the gaps that nothing fills, and "{" for a bracket without its other half."""
    try:
        names = [name for _text, name, _spec, _conversion in Formatter().parse(text) if name is not None]
    except ValueError:
        return ["{"]
    return [name or "{}" for name in names if name not in GAPS]


def template_for(purpose: str, category: str = "") -> ReplyTemplate | None:
    """Return the template in use: the rule's own, else the one for every rule, else None."""
    rows = ReplyTemplate.objects.filter(purpose=purpose, replaced_at__isnull=True, category__in={category, ""})
    return rows.order_by("-category").first()


@dataclass(frozen=True)
class Start:
    """A text that an answer can begin from. `key` is what a form calls it; `template` None: the product's own text."""

    key: str
    title: str
    text: str
    interim: bool
    template: ReplyTemplate | None = None


def answers(case: Case) -> list[Start]:
    """Return the texts that an answer to the case can begin from: that we will come back, then the municipality's replies.

    The interim one is the rule's own, the one for every rule, or the product's. Two queries.
    """
    text, template = beginning(P.INTERIM, case)
    title = template.title if template else str(P.INTERIM.label)
    found = [Start(P.INTERIM.value, title, text, interim=True, template=template)]
    rows = ReplyTemplate.objects.filter(purpose=P.REPLY, replaced_at__isnull=True)
    own_first = sorted(rows, key=lambda row: (row.category != case.category, row.category, row.title))
    return found + [
        Start(str(row.pk), row.title, filled(row.text, case), interim=False, template=row) for row in own_first
    ]


def filled(text: str, case: Case, until: str = "") -> str:
    """Return the text with its gaps filled for the case."""
    municipality = Municipality.current()
    values = {
        "channel": str(case.channel),
        "rule": case.category_title,
        "law": cite_of(case),
        "until": until,
        "municipality": municipality.name if municipality else _("kommunen"),
    }
    return text if unknown_gaps(text) else text.format(**values)


def beginning(purpose: str, case: Case, until: str = "") -> tuple[str, ReplyTemplate | None]:
    """Return the text that a form begins with, and the template that it comes from."""
    found = template_for(purpose, case.category)
    return filled(found.text if found else default_text(purpose), case, until), found


def cite_of(case: Case) -> str:
    """Return the rule that something is removed under: what the policy calls it, and where it says so."""
    rule = policy.rule(keys.PROHIBITED_CONTENT, channel_scope(case.channel), version=case.policy_version_id)
    return f"{case.category_title} ({rule.cite()})" if rule else case.category_title


def signature(person: User) -> str:
    """Return who says it, by role: the municipality answers, not the person."""
    municipality = Municipality.current()
    return ", ".join(filter(None, (person.title or person.name, municipality.name if municipality else "")))
