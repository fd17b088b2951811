"""The policy file as a typed document: header, role labels, rules, guidance."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from django.utils.translation import gettext_lazy as _
from pydantic import Field, create_model

from kommun.policy.base import CellId, LawId, Role, Scope, Short, Slug, Strength, Strict, Text, Value
from kommun.policy.keys import KINDS

SCHEMA_VERSION = 1


class ScopeEntry(Strict):
    """Where a rule or a guidance applies. Nothing given: the whole municipality."""

    department: Slug | None = None
    platform_kind: Slug | None = None
    channel: Slug | None = None

    def as_scope(self) -> Scope:
        """Return the scope that is asked with."""
        return Scope(self.department, self.platform_kind, self.channel)


class Revision(Strict):
    """A decision that changed the document."""

    decided_by: Short
    decided_on: date
    decision: Short | None = None


class Companion(Strict):
    """A document that the policy leans on. `available` False: we have not seen it, so nothing is quoted from it."""

    key: Slug
    title: Short
    sections: tuple[Short, ...] = ()
    obligatory: bool = False
    available: bool = False
    note: Short | None = None


class NamedLaw(Strict):
    """A law that the source names, as it names it. The current law is found through `law` (see laws.toml)."""

    law: LawId
    as_named: Short
    sections: tuple[Short, ...] = ()


class Bound(Strict):
    """Somebody whom the policy binds, or only advises."""

    who: Short
    how: Literal["bound", "advised"]
    sections: tuple[Short, ...] = ()


class Header(Strict):
    """The document itself. `title` as adopted; `short_title` is used when a rule is cited."""

    municipality: Slug
    municipality_name: Short
    title: Short
    short_title: Short
    kind: Literal["strategi", "rutin", "policy", "riktlinjer"]
    adopted_by: Short | None = None
    adopted_on: date | None = None
    decision: Short | None = None
    revisions: tuple[Revision, ...] = ()
    registration_number: Short | None = None
    valid_from: date | None = None
    review_on: date | None = None
    owner_title: Short | None = None
    owner_role: Role | None = None
    companions: tuple[Companion, ...] = ()
    norms: tuple[Short, ...] = ()
    bound: tuple[Bound, ...] = ()
    laws: tuple[NamedLaw, ...] = ()
    notes: tuple[Text, ...] = ()


class Entry(Strict):
    """What rules and guidance share. `sections` are keys of [sections]; `covers` names rows of the policy matrix."""

    strength: Strength
    sections: tuple[Short, ...] = ()
    text: Text
    covers: tuple[CellId, ...] = ()
    law: tuple[LawId, ...] = ()
    scope: ScopeEntry = ScopeEntry()


class RuleEntry(Entry):
    """A rule that the system carries. `text` says what holds, `effect` what the system does about it."""

    key: str
    effect: Text
    value: Any


if TYPE_CHECKING:
    AnyRule = RuleEntry
else:
    # One model per kind, told apart by `key`: then an error names the exact place, and the JSON Schema is exact too.
    AnyRule = Annotated[
        Union[  # noqa: UP007  (built from a list)
            tuple(
                create_model(
                    kind.key.model.__name__ + "Rule",
                    __base__=RuleEntry,
                    __doc__=kind.key.model.__doc__,
                    key=(Literal[str(kind.key)], ...),
                    value=(kind.key.model, ...),
                )
                for kind in KINDS
            )
        ],
        Field(discriminator="key"),
    ]

Place = Literal[
    "application.start",
    "application.purpose",
    "application.platform",
    "application.address",
    "application.audience",
    "application.roles",
    "application.work",
    "application.appearance",
    "application.reading",
    "decision",
    "channel.page",
    "absence",
    "watch",
    "post",
    "images",
    "reply",
    "reply.elsewhere",
    "removal",
    "records",
    "disclosure",
    "snapshot",
    "disposal",
    "closing",
    "private_use",
    "workplace",
    "crisis",
    "security",
    "public.rules",
    "policy_page",
]

PLACES: dict[str, object] = {
    "application.start": _("Ansökan, första sidan"),
    "application.purpose": _("Ansökan, syfte"),
    "application.platform": _("Ansökan, plattform"),
    "application.address": _("Ansökan, namn och adress"),
    "application.audience": _("Ansökan, målgrupp"),
    "application.roles": _("Ansökan, ansvariga"),
    "application.work": _("Ansökan, tid och arbetssätt"),
    "application.appearance": _("Ansökan, hur kontot ser ut"),
    "application.reading": _("Ansökan, läsning och frågor"),
    "decision": _("Beslutssidan"),
    "channel.page": _("Kanalens sida"),
    "absence": _("Frånvaro"),
    "watch": _("Dagens bevakning"),
    "post": _("Innan du publicerar"),
    "images": _("När du använder bilder"),
    "reply": _("När du svarar"),
    "reply.elsewhere": _("När du svarar i andras kanaler"),
    "removal": _("När något ska bort"),
    "records": _("Allmänna handlingar"),
    "disclosure": _("När någon begär ut handlingar"),
    "snapshot": _("Ögonblicksbilder"),
    "disposal": _("Gallring"),
    "closing": _("När kanalen avslutas"),
    "private_use": _("När du är privat i sociala medier"),
    "workplace": _("Att prata om på arbetsplatsen"),
    "crisis": _("Vid kris"),
    "security": _("Säkerhet"),
    "public.rules": _("Kanalens regler för besökare"),
    "policy_page": _("Regelverket"),
}

Moment = Literal[
    "always",
    "before_applying",
    "while_applying",
    "when_deciding",
    "before_opening",
    "daily",
    "before_posting",
    "after_posting",
    "when_answering",
    "when_removing",
    "when_registering",
    "each_half_year",
    "before_absence",
    "when_closing",
    "in_crisis",
    "when_asked",
]

MOMENTS: dict[str, object] = {
    "always": _("Alltid"),
    "before_applying": _("Innan du ansöker"),
    "while_applying": _("Medan du ansöker"),
    "when_deciding": _("När du beslutar"),
    "before_opening": _("Innan kanalen öppnar"),
    "daily": _("Varje dag"),
    "before_posting": _("Innan du publicerar"),
    "after_posting": _("När du har publicerat"),
    "when_answering": _("När du svarar"),
    "when_removing": _("När något tas bort"),
    "when_registering": _("När något ska diarieföras"),
    "each_half_year": _("Varje halvår"),
    "before_absence": _("Innan du är ledig"),
    "when_closing": _("När kanalen avslutas"),
    "in_crisis": _("Vid kris"),
    "when_asked": _("När någon frågar"),
}


class GuidanceEntry(Entry):
    """A text that only people can follow, with the place and the moment where it is shown."""

    id: Slug
    place: Place
    moment: Moment


class PolicyDocument(Strict):
    """A whole policy file.

    `sections` maps the section keys that rules cite to their headings, empty for a bare number.
    """

    schema_version: Literal[1] = Field(alias="schema")
    policy: Header
    sections: dict[Short, Annotated[str, Field(max_length=300)]] = Field(min_length=1)
    role_labels: dict[Role, Annotated[tuple[Short, ...], Field(min_length=1)]] = Field(default_factory=dict)
    rules: tuple[AnyRule, ...] = Field(min_length=1)
    guidance: tuple[GuidanceEntry, ...] = ()


__all__ = ["MOMENTS", "PLACES", "AnyRule", "Entry", "GuidanceEntry", "Header", "PolicyDocument", "RuleEntry", "Value"]
