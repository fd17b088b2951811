"""Kinds 13-22 and 31: watching, answering, removing, evidence and what goes to the diary."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, Self, get_args

from django.utils.translation import gettext_lazy as _
from pydantic import Field, model_validator

from kommun.policy.base import ContentKind, Deadline, Item, LawId, Role, Short, Slug, Text, Value, no_repeats

CONTENT_KINDS: tuple[ContentKind, ...] = get_args(ContentKind)
NO_KINDS: Mapping[str, ContentKind] = MappingProxyType({})


class Watch(Value):
    """Kind 13. How often the channel is looked at: every `interval` `unit`, on working days or on all days.

    Without a number it has a word ("regelbundet"). `continuous`: and in between as well.
    """

    interval: int | None = Field(default=None, ge=1, le=365)
    unit: Literal["hours", "days", "weeks"] | None = None
    days: Literal["working_days", "all_days"] | None = None
    word: Short | None = None
    continuous: bool = False

    @model_validator(mode="after")
    def _number_with_unit_or_word(self) -> Self:
        if (self.interval is None) != (self.unit is None):
            raise ValueError(_("”interval” och ”unit” hör ihop: ange båda eller ingen."))
        if self.interval is None and self.word is None:
            raise ValueError(
                _("Ange hur ofta (”interval” och ”unit”) eller ett ord (”word”, till exempel regelbundet).")
            )
        return self

    @property
    def hours(self) -> int | None:
        """The nominal number of hours between two looks."""
        if self.interval is None or self.unit is None:
            return None
        return self.interval * {"hours": 1, "days": 24, "weeks": 168}[self.unit]

    @property
    def longest_gap_hours(self) -> int | None:
        """Hours between two looks over an ordinary weekend; None without a number."""
        if self.hours is None:
            return None
        return self.hours + (48 if self.days == "working_days" and self.unit != "weeks" else 0)

    def looser_than(self, reference: Self) -> bool:
        """More seldom, or on fewer days, is looser."""
        if reference.hours is None:
            return False
        if self.hours is None:
            return True
        fewer_days = self.days == "working_days" and reference.days == "all_days"
        return self.hours > reference.hours or fewer_days


class ReplyWithin(Deadline):
    """Kind 14. When a question is answered.

    `set_by` channel or handbook: the policy gives no number, the channel states one.
    `shown`: the account must state the time.
    """

    set_by: Literal["policy", "channel", "handbook"]
    shown: bool = False

    def _needs_word(self) -> bool:
        return self.set_by == "policy"


class RemovalClass(Deadline):
    """A removal limit for some categories, for a kind of content, or (neither given) for everything else."""

    kind: ContentKind | None = None
    categories: tuple[Slug, ...] = ()
    section: Short | None = None

    @model_validator(mode="after")
    def _one_selection(self) -> Self:
        if self.kind and self.categories:
            raise ValueError(_("Välj ”kind” eller ”categories”, inte båda."))
        return self


class RemoveWithin(Value):
    """Kind 15.

    When content is removed. Clock hours unless the source says otherwise; 0 is at once. `shown`: visitors are
    told.
    """

    classes: tuple[RemovalClass, ...] = Field(min_length=1)
    shown: bool = False

    @model_validator(mode="after")
    def _unambiguous(self) -> Self:
        no_repeats((name for item in self.classes for name in item.categories), _("Samma kategori"))
        no_repeats((item.kind or "*" for item in self.classes if not item.categories), _("Samma slag"))
        return self

    def limit(self, category: str, kind: str | None = None) -> RemovalClass | None:
        """Return the limit of a category: its own, else that of its kind, else the one for everything, else None."""
        own = (item for item in self.classes if category in item.categories)
        of_kind = (item for item in self.classes if kind is not None and item.kind == kind)
        rest = (item for item in self.classes if not item.kind and not item.categories)
        return next(own, None) or next(of_kind, None) or next(rest, None)

    def looser_than(self, reference: Self, kinds: Mapping[str, ContentKind] = NO_KINDS) -> bool:
        """Looser when anything gets a longer limit here, or none.

        A category without a class of its own has the limit of its kind. `kinds` says which kind each category is of; one
        that is not in it could be of any, so then it is compared as each of them.
        """
        named = {name for rule in (self, reference) for item in rule.classes for name in item.categories}
        asked_as: set[tuple[str, str | None]] = {("", None), *(("", kind) for kind in CONTENT_KINDS)}
        for name in named:
            asked_as |= {(name, kind) for kind in ([kinds[name]] if name in kinds else CONTENT_KINDS)}
        return any(self._is_longer(reference, category, kind) for category, kind in asked_as)

    def _is_longer(self, reference: Self, category: str, kind: str | None) -> bool:
        asked, offered = reference.limit(category, kind), self.limit(category, kind)
        return asked is not None and (offered is None or offered.looser_than(asked))


class ContentCategory(Item):
    """A kind of content that may not stand.

    House rules must be about the form, never about the opinion (RF 2 kap., LAW 1.8).
    """

    key: Slug
    title: Short
    kind: ContentKind
    law: tuple[LawId, ...] = ()
    provision: Short | None = None
    description: Text | None = None
    evidence: Literal["image", "text_only", "none"] = "image"
    police: bool = False

    @model_validator(mode="after")
    def _lawful(self) -> Self:
        if self.key == "child_abuse_material" and self.evidence != "text_only":
            raise ValueError(_("Bilder av övergrepp mot barn får aldrig sparas: ”evidence” måste vara text_only."))
        if self.kind != "house_rule" and not self.law:
            raise ValueError(_("Innehåll som lagen förbjuder behöver en hänvisning i ”law”."))
        return self


class ProhibitedContent(Value):
    """Kind 16. What may not be posted. `own_posts`: the same holds for what the municipality writes."""

    keeps = ("categories", "tell_visitors", "own_posts")

    categories: tuple[ContentCategory, ...] = Field(min_length=1)
    tell_visitors: bool = False
    own_posts: bool = False
    criticism_is_allowed: bool = True

    @model_validator(mode="after")
    def _once(self) -> Self:
        no_repeats((item.key for item in self.categories), _("Samma kategori"))
        if not self.criticism_is_allowed:
            raise ValueError(
                _("Kritik kan inte förbjudas: den skyddas av yttrandefriheten (regeringsformen 2 kap. 1 §).")
            )
        return self


LadderStep = Literal[
    "preserve", "hide", "assess", "register", "delete", "restore", "police_report", "inform_author", "block_author"
]


Registered = Literal["sent", "received"]
REGISTERED_RANK = {None: 0, "sent": 1, "received": 2}


class RemovalLadder(Value):
    """Kind 17. The order of the steps. `steps` is what the system does, `as_in_source` what the document says.

    Preserving comes first whatever the source says: it satisfies both "copy first" and "hide first". `registered_first`
    says what "register" before "delete" asks for: the evidence has been sent to the registrar (also when nothing is said),
    or the registrar has received it; `registered_categories` for which categories alone (none: for all of them).
    """

    steps: tuple[LadderStep, ...] = Field(min_length=2)
    as_in_source: tuple[LadderStep, ...] = ()
    registered_first: Registered | None = None
    registered_categories: tuple[Slug, ...] = ()

    @model_validator(mode="after")
    def _registered_before_removal(self) -> Self:
        no_repeats(self.registered_categories, _("Samma kategori"))
        if self.registered_categories and self.registered_first is None:
            raise ValueError(_("”registered_categories” behöver också ”registered_first”: sent eller received."))
        if self.registered_first and not self._registers_first:
            raise ValueError(_("”registered_first” behöver steget register före delete."))
        return self

    @property
    def _registers_first(self) -> bool:
        before = self.steps[: self.steps.index("delete")] if "delete" in self.steps else self.steps
        return "register" in before

    def registered(self, category: str) -> Registered | None:
        """Return what is asked for before something of the category is removed; None: the registrar need have nothing."""
        if not self._registers_first or (self.registered_categories and category not in self.registered_categories):
            return None
        return self.registered_first or "sent"

    def looser_than(self, reference: Self) -> bool:
        """Looser when the registrar need have less of any category before removal."""
        names = {"", *self.registered_categories, *reference.registered_categories}
        ranks = ((self.registered(name), reference.registered(name)) for name in names)
        return any(REGISTERED_RANK[mine] < REGISTERED_RANK[asked] for mine, asked in ranks)

    @model_validator(mode="after")
    def _preserved_first(self) -> Self:
        no_repeats(self.steps, _("Samma steg"))
        if self.steps[0] != "preserve":
            raise ValueError(_("Första steget måste vara preserve: inget döljs innan det är bevarat."))
        if "delete" in self.steps and "hide" in self.steps and self.steps.index("delete") < self.steps.index("hide"):
            raise ValueError(_("”hide” måste komma före ”delete”."))
        if "block_author" in self.steps and self.steps[-1] != "block_author":
            raise ValueError(_("Att blockera någon är alltid det sista steget."))
        return self


class Evidence(Value):
    """Kind 18. What is saved before removal, and who gets it."""

    keeps = ("recipients", "registered")

    form: tuple[Literal["screenshot", "copy"], ...] = Field(min_length=1)
    before: Literal["hide", "delete"]
    recipients: tuple[Role, ...] = ()
    registered: bool = False

    def looser_than(self, reference: Self) -> bool:
        """Later is looser."""
        return (self.before == "delete" and reference.before == "hide") or super().looser_than(reference)


class PoliceReport(Value):
    """Kind 19. When the police is told, and who is contacted first. `stated` False: the source only implies it."""

    trigger: Literal["crime", "suspected_crime", "threat"]
    duty: Literal["must", "may"]
    contact: tuple[Role, ...] = ()
    reported_by: tuple[Role, ...] = ()
    stated: bool = True

    def looser_than(self, reference: Self) -> bool:
        """Return True when what was a duty is only allowed."""
        return self.duty == "may" and reference.duty == "must"


class RegistrationTrigger(Item):
    """What makes a post go to the diary."""

    key: Slug
    text: Text
    into: Literal["new_matter", "existing_matter", "new_or_existing_matter"] = "new_or_existing_matter"


class Registration(Value):
    """Kind 20. What is registered, what is kept ordered instead, what needs neither, whom to ask."""

    keeps = ("triggers", "searchable", "direction_shown")

    triggers: tuple[RegistrationTrigger, ...] = ()
    ordered_instead: bool = False
    searchable: bool = False
    order: Literal["chronological"] | None = None
    direction_shown: bool = False
    minor_importance_exempt: bool = False
    ask_in_doubt: tuple[Role, ...] = ()

    @model_validator(mode="after")
    def _once(self) -> Self:
        no_repeats((item.key for item in self.triggers), _("Samma utlösare"))
        if not (self.triggers or self.ordered_instead or self.minor_importance_exempt):
            raise ValueError(_("Regeln är tom: ange minst en utlösare, eller vad som gäller i stället."))
        return self


class CriticalMass(Value):
    """Kind 21. Many critical posts at once. `count` None: people judge what many is."""

    keeps = ("consult", "hold_reply", "inform")

    count: int | None = Field(default=None, ge=1, le=1000)
    consult: tuple[Role, ...] = ()
    hold_reply: bool = False
    inform: tuple[Role, ...] = ()


class Forwarding(Value):
    """Kind 22.

    Who answers what the owner cannot. `poster_watches`: a unit that posts in a common channel answers there.
    """

    to: tuple[Role, ...] = Field(min_length=1)
    owner_follows_up: bool = False
    poster_watches: bool = False
    other_authority: Literal["refer", "help_on"] | None = None


class ReplySignature(Value):
    """Kind 31. How a reply is signed."""

    keeps = ("parts",)

    parts: tuple[Literal["first_name", "name", "title", "unit", "municipality"], ...] = Field(min_length=1)
    replies_only: bool = True
