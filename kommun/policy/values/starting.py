"""Kinds 1-12: what is asked before a channel opens, who answers for it, what the account must show."""

from typing import Literal, Self

from django.utils.translation import gettext_lazy as _
from pydantic import Field, model_validator

from kommun.policy.base import Count, Item, Role, Short, Slug, Text, Value, no_repeats


class ApprovalStep(Item):
    """One step. Steps with the same group are joint: they are open at the same time."""

    kind: Literal["approve", "consult", "inform"]
    role: Role
    group: int = Field(ge=1, le=20)
    written: bool = False
    label: Short | None = None


class ApprovalChain(Value):
    """Kind 1. Who approves, is consulted and is informed, in which order."""

    steps: tuple[ApprovalStep, ...] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        groups = [step.group for step in self.steps]
        if groups != sorted(groups):
            raise ValueError(_("Stegen ska stå i ordning: ”group” får inte minska från ett steg till nästa."))
        no_repeats(((step.group, step.kind, step.role) for step in self.steps), _("Samma steg"))
        return self

    @property
    def approvals(self) -> tuple[ApprovalStep, ...]:
        """The steps where somebody decides."""
        return tuple(step for step in self.steps if step.kind == "approve")

    def looser_than(self, reference: Self) -> bool:
        """Return True when somebody is left out or asked for less: an approval became a question, or need not be written."""
        mine, asked = self._weights(), reference._weights()
        return any(mine.get(role, (0, False)) < weight for role, weight in asked.items())

    def _weights(self) -> dict[str, tuple[int, bool]]:
        weight = {"inform": 1, "consult": 2, "approve": 3}
        found: dict[str, tuple[int, bool]] = {}
        for step in self.steps:
            found[step.role] = max(found.get(step.role, (0, False)), (weight[step.kind], step.written))
        return found


DecisionField = Literal[
    "purpose",
    "channel",
    "platform",
    "address",
    "audience",
    "owner",
    "deputy",
    "administrators",
    "sender",
    "unit",
    "controller",
    "activity_plan",
    "reply_time",
    "update_frequency",
    "languages",
    "working_time",
    "end_date",
]


class DecisionFields(Value):
    """Kind 2. What the decision must state."""

    keeps = ("fields",)

    fields: tuple[DecisionField, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> Self:
        no_repeats(self.fields, _("Samma uppgift"))
        return self


class Attachment(Item):
    """A document that goes with the application."""

    key: Slug
    title: Short
    required: bool
    copy_to: tuple[Role, ...] = ()
    fields: tuple[Short, ...] = ()


class Reading(Item):
    """Something to read, with a dated acknowledgement."""

    key: Slug
    title: Short
    readers: tuple[Literal["owner", "deputy", "administrators"], ...] = Field(min_length=1)
    before: Literal["submit", "open"]


class Confirmation(Item):
    """A question that the applicant answers yes to: time, competence, the platform's terms and the like."""

    key: Slug
    question: Text


class PrestartDocuments(Value):
    """Kind 3. What must be attached, read and confirmed before the start."""

    keeps = ("needed", "readings", "confirmations")

    attachments: tuple[Attachment, ...] = ()
    readings: tuple[Reading, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()

    @model_validator(mode="after")
    def _something_once(self) -> Self:
        lists: tuple[tuple[Attachment | Reading | Confirmation, ...], ...]
        lists = (self.attachments, self.readings, self.confirmations)
        if not any(lists):
            raise ValueError(_("Regeln är tom: ange minst en bilaga, läsning eller fråga."))
        no_repeats((thing.key for things in lists for thing in things), _("Samma nyckel"))
        return self

    @property
    def needed(self) -> tuple[Attachment, ...]:
        """The attachments that the application cannot do without."""
        return tuple(thing for thing in self.attachments if thing.required)


class Purpose(Item):
    """One purpose that the municipality has."""

    key: Slug
    text: Text


class Purposes(Value):
    """Kind 4.

    The municipality's purposes. `binding`: at least one must be chosen; `free_text`: own words are also asked
    for.
    """

    keeps = ("binding", "free_text")

    items: tuple[Purpose, ...] = ()
    binding: bool
    free_text: bool

    @model_validator(mode="after")
    def _answerable(self) -> Self:
        no_repeats((item.key for item in self.items), _("Samma syfte"))
        if self.binding and not self.items:
            raise ValueError(_("Minst ett syfte måste finnas att välja när ”binding” är true."))
        return self


class PlatformList(Value):
    """Kind 5. Platform keys are data, not a closed list: platforms come and go.

    `as_named` keeps what the source calls them (key = name in the source).
    """

    platforms: tuple[Slug, ...] = Field(min_length=1)
    mode: Literal["block", "warn", "examples"]
    as_named: dict[Slug, Short] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _once(self) -> Self:
        no_repeats(self.platforms, _("Samma plattform"))
        if unknown := set(self.as_named) - set(self.platforms):
            raise ValueError(
                _("”as_named” har namn som inte står i listan: %(names)s.") % {"names": ", ".join(sorted(unknown))}
            )
        return self

    def looser_than(self, reference: Self) -> bool:
        """Return True for a milder mode, or a platform more on a list that is not only examples."""
        force = {"examples": 0, "warn": 1, "block": 2}
        more = set(self.platforms) - set(reference.platforms)
        return force[self.mode] < force[reference.mode] or (reference.mode != "examples" and bool(more))


class RoleCount(Item):
    """How many hold a role."""

    role: Role
    min: Count
    max: Count | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.max is not None and self.max < self.min:
            raise ValueError(_("”max” är mindre än ”min”."))
        return self


class ChannelRoles(Value):
    """Kind 6.

    The roles that every channel has. `owners_are_administrators`: those who administer are also those who
    answer.
    """

    roles: tuple[RoleCount, ...] = Field(min_length=1)
    owners_are_administrators: bool = False

    @model_validator(mode="after")
    def _once(self) -> Self:
        no_repeats((item.role for item in self.roles), _("Samma roll"))
        return self

    def count(self, role: str) -> RoleCount | None:
        """Return what is asked of the role, or None."""
        return next((item for item in self.roles if item.role == role), None)

    def looser_than(self, reference: Self) -> bool:
        """Fewer of any role is looser."""
        mine = {item.role: item.min for item in self.roles}
        return any(mine.get(item.role, 0) < item.min for item in reference.roles)


class MinimumAdministrators(Value):
    """Kind 7. How many can administer each account. `central_counts`: the central administrator is one of them."""

    count: int = Field(ge=1, le=20)
    central_counts: bool

    def looser_than(self, reference: Self) -> bool:
        """Fewer, or the same number where the central one fills a place, is looser."""
        if self.count != reference.count:
            return self.count < reference.count
        return self.central_counts and not reference.central_counts


class CredentialsCustody(Value):
    """Kind 8. Where log-ins are kept and who holds them. The secret itself is never in the system."""

    keeps = ("handed_to", "reachable_by_several")

    place: Literal["central_place", "held_by_role", "password_manager"]
    holders: tuple[Role, ...] = ()
    handed_to: tuple[Role, ...] = ()
    shared_only: bool = False
    reachable_by_several: bool = False
    test_every_months: int | None = Field(default=None, ge=1, le=60)

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.place == "held_by_role" and not (self.holders or self.handed_to):
            raise ValueError(_("Ange ”holders” eller ”handed_to”: vem har uppgifterna?"))
        return self


class StrongAuthentication(Value):
    """Kind 9. A second factor on the platform's accounts."""

    keeps = ("required",)

    required: bool
    when: Literal["always", "where_supported", "personal_logins"] = "where_supported"
    attest_every_months: int | None = Field(default=None, ge=1, le=60)


class AbsenceCover(Value):
    """Kind 10. Who covers, and who must secure it when nobody has been named (`fallback`, asked in this order)."""

    keeps = ("substitute_required", "never_unattended", "in_advance")

    substitute_required: bool
    appointed_by: tuple[Role, ...] = ()
    fallback: tuple[Role, ...] = ()
    never_unattended: bool = False
    in_advance: bool = False


class InformationItem(Item):
    """One thing that the account must show. `text` says what; `condition` when ("om det går")."""

    key: Slug
    text: Text
    condition: Short | None = None


class AccountInformation(Value):
    """Kind 11. What the account must show, each with its own strength.

    Keys that the product knows: sender, logotype, official_account, part_of_municipality, municipality_name, purpose,
    responsible_contact, phone, website_link, update_frequency, reply_time, prohibited_content, removal_time,
    message_visibility, recipient_group_size, provider_identity, personal_data, open_without_login, plain_address,
    standard_text. Others may be added: they are shown and attested in the same way.
    """

    keeps = ("items",)

    items: tuple[InformationItem, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> Self:
        no_repeats((item.key for item in self.items), _("Samma uppgift"))
        return self


class TextTemplate(Item):
    """A text that accounts show. `complete` is False where the municipality's own text is not known to us."""

    key: Slug
    title: Short
    body: Text
    complete: bool = True
    note: Short | None = None


class StandardText(Value):
    """Kind 12. Shared texts. `obligatory`: every account shows one of them."""

    keeps = ("obligatory",)

    templates: tuple[TextTemplate, ...] = Field(min_length=1)
    obligatory: bool

    @model_validator(mode="after")
    def _once(self) -> Self:
        no_repeats((item.key for item in self.templates), _("Samma text"))
        return self
