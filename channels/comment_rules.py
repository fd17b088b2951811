"""What holds when somebody writes to a channel: what is removed, when, how, and what to do about it. From policy and law."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.public_words import removal_words
from kommun import policy
from kommun.policy import Guidance, Rule, Scope, keys
from kommun.policy.base import ContentKind
from kommun.policy.values.talking import ContentCategory, RemoveWithin

_HEADINGS: dict[ContentKind, object] = {
    "statutory": gettext_lazy("Det som lagen säger att vi ska ta bort"),
    "other_law": gettext_lazy("Annat som inte är tillåtet enligt lag"),
    "house_rule": gettext_lazy("Kommunens egna regler"),
}
# The kinds in the order that they are shown: what binds most comes first.
_KINDS: tuple[ContentKind, ...] = ("statutory", "other_law", "house_rule")


@dataclass(frozen=True)
class Content:
    """One kind of content that is removed. `law` cites the provision, empty when none is certain."""

    key: str
    title: str
    law: str = ""
    within: str = ""


@dataclass(frozen=True)
class ContentGroup:
    """What is removed on the same ground. `within` is set when all of it is removed within the same time."""

    heading: str
    contents: tuple[Content, ...]
    within: str = ""


@dataclass(frozen=True)
class CommentRules:
    """The comment rules of a channel. `own` are the municipality's texts in full, `sources` the rules that it comes from.

    `within` is set when everything is removed within the same time.
    """

    groups: tuple[ContentGroup, ...]
    steps: tuple[str, ...]
    police: bool
    guidance: tuple[Guidance, ...]
    own: tuple[str, ...]
    sources: tuple[Rule, ...]

    @property
    def within(self) -> str:
        """Return the time when all groups have the same, else nothing."""
        times = {group.within for group in self.groups}
        return times.pop() if len(times) == 1 else ""


def comment_rules(scope: Scope, today: date) -> CommentRules:
    """Return the rules of a channel as they stand on the day.

    Law comes first, with what the law's own list has and the policy has not: an old policy does not make the law shorter.
    Source: rules content.prohibited, removal.within, removal.ladder and account.standard_text; lag (1998:112) 3 and 5 §§.
    """
    prohibited = policy.rule(keys.PROHIBITED_CONTENT, scope)
    within = policy.rule(keys.REMOVE_WITHIN, scope)
    ladder = policy.rule(keys.REMOVAL_LADDER, scope)
    texts = policy.rule(keys.STANDARD_TEXT, scope)
    categories = prohibited.value.categories if prohibited else ()
    limits = within.value if within else None
    found = {kind: _of_kind(kind, categories, limits, today) for kind in _KINDS}
    return CommentRules(
        groups=tuple(_group(kind, contents) for kind, contents in found.items() if contents),
        steps=tuple(_steps(ladder.value.steps if ladder else ("preserve", "hide", "assess", "delete", "restore"))),
        police=any(category.police for category in categories),
        guidance=tuple(policy.guidance("public.rules", scope)),
        # A text that is only our suggestion is not the municipality's word to its visitors.
        own=tuple(text.body for text in texts.value.templates if text.complete) if texts else (),
        sources=tuple(rule for rule in (prohibited, within, ladder) if rule),
    )


def _of_kind(
    kind: ContentKind, categories: tuple[ContentCategory, ...], limits: RemoveWithin | None, today: date
) -> list[Content]:
    duties = {duty.key: duty for duty in policy.removal_duties(today)}
    # What the law lists stands under the law, whatever kind an older policy calls it.
    own = [each for each in categories if ("statutory" if each.key in duties else each.kind) == kind]
    contents = [Content(each.key, each.title, _law_of(each, today), _within(limits, each.key, kind)) for each in own]
    if kind == "statutory":
        named = {each.key for each in own}
        missing = [duty for key, duty in duties.items() if key not in named]
        contents += [
            Content(duty.key, duty.title, duty.crime or "", _within(limits, duty.key, kind)) for duty in missing
        ]
    return contents


def _within(limits: RemoveWithin | None, key: str, kind: str) -> str:
    return removal_words(limits.limit(key, kind)) if limits else ""


def _law_of(category: ContentCategory, today: date) -> str:
    """Return the provision, or the names of the laws that hold today. One that nobody has verified is not stated as law."""
    if category.provision and category.provision[:1].isalpha():
        return category.provision
    current = [entry for law_id in category.law for entry in policy.law(law_id, today).current]
    names = list(dict.fromkeys(entry.name for entry in current if entry.verified != "no"))
    return ", ".join(names)


def _group(kind: ContentKind, contents: list[Content]) -> ContentGroup:
    times = {content.within for content in contents}
    same = times.pop() if len(times) == 1 else ""
    return ContentGroup(str(_HEADINGS[kind]), tuple(contents), same)


def _steps(ladder: tuple[str, ...]) -> list[str]:
    words = {
        "preserve": _("Vi sparar en kopia. Bilder på övergrepp mot barn sparar vi aldrig, dem beskriver vi i ord."),
        "hide": _("Vi döljer inlägget, så att andra inte ser det."),
        "assess": _("Vi bedömer om det bryter mot lagen eller mot reglerna här."),
        "register": _("Vi lämnar det till kommunens registrator."),
        "delete": _("Bryter det mot reglerna tar vi bort det."),
        "restore": _("Bryter det inte mot reglerna visar vi det igen."),
        "police_report": _("Är det ett brott anmäler vi det till polisen."),
        "inform_author": _("Vi hör av oss till den som skrev, om det går."),
        "block_author": _("Den som fortsätter att bryta mot reglerna kan vi till sist stänga av."),
    }
    return [words[step] for step in ladder]
