"""Kinds 23-30, 32 and 33: the register, what is kept and disposed of, closing, images, and the policy itself."""

from typing import Literal, Self

from django.utils.translation import gettext_lazy as _
from pydantic import Field, model_validator

from kommun.policy.base import Item, LawId, Role, Short, Slug, Text, Value, no_repeats

RegisterField = Literal[
    "name",
    "platform",
    "address",
    "purpose",
    "audience",
    "owner",
    "unit",
    "reply_time",
    "update_frequency",
    "languages",
    "controller",
    "opened",
    "closed",
]


class PublicRegister(Value):
    """Kind 23. The list of channels. `fields` may be empty where the source names none.

    `names_of_persons` None: the source does not say, and then roles and units are shown.
    """

    keeps = ("published", "fields")

    place: Short
    fields: tuple[RegisterField, ...] = ()
    published: bool
    names_of_persons: bool | None = None
    includes: Literal["official_accounts", "all_services"] = "official_accounts"
    kept_by: tuple[Role, ...] = ()
    reason: Text | None = None
    law: tuple[LawId, ...] = ()


class SnapshotInterval(Value):
    """Kind 24. How often the look of the channel is kept, and at which events besides."""

    keeps = ("events",)

    every_months: int | None = Field(default=None, ge=1, le=60)
    anchor: Literal["calendar_half_year", "calendar_year", "rolling"] | None = None
    events: tuple[Literal["major_change", "before_closing"], ...] = ()

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if self.every_months is None and not self.events:
            raise ValueError(_("Ange hur ofta (”every_months”) eller vid vilka händelser (”events”)."))
        return self

    def looser_than(self, reference: Self) -> bool:
        """More seldom is looser."""
        if reference.every_months and (self.every_months is None or self.every_months > reference.every_months):
            return True
        return super().looser_than(reference)


SnapshotFileFormat = Literal[
    "screenshot", "pdf", "pdfa-1", "pdfa-1a", "pdfa-1b", "pdfa-2b", "pdfa-2u", "pdfa-2a", "pdfa-3b", "warc"
]


class SnapshotFormat(Value):
    """Kind 25.

    What of the channel is kept, in which formats. `direction_shown`: municipality and citizens can be told
    apart.
    """

    extent: Literal["start_page", "start_page_and_visible_posts", "whole_channel"]
    formats: tuple[SnapshotFileFormat, ...] = Field(min_length=1)
    direction_shown: bool = False
    personal_accounts_excluded: bool = False


class DeliveryTarget(Item):
    """One place where snapshots end up. The path of a folder is a setting of the installation, not of the policy.

    `package` None: the source does not say in which form, and then an e-archive gets FGS and everybody else plain files.
    """

    kind: Literal["shared_folder", "registrar", "collection_matter", "e_archive", "kept_in_place"]
    package: Literal["files", "bagit", "fgs"] | None = None
    name: Short | None = None
    registered: bool = False


class SnapshotDelivery(Value):
    """Kind 26. Where snapshots go and who sees to it."""

    targets: tuple[DeliveryTarget, ...] = Field(min_length=1)
    by: tuple[Role, ...] = ()


class DisposalBasis(Item):
    """The decision that disposal rests on. `decided` False: the source says that it is still to be made."""

    kind: Literal["general_decision", "retention_schedule", "municipal_disposal_rules"]
    per_committee: bool = False
    decided: bool = True


RecordKind = Literal["post", "evidence", "reply", "explanation", "appeal", "decision", "police_report"]
RecordKeeping = Literal["register", "ordered", "minor"]


class RetentionClass(Item):
    """A line of the retention schedule: what is kept for good, or destroyed so many months after something.

    Said outright: `fate` has no default. `months` and `counted_from` belong to "destroy", and only there. `kinds` and
    `kept_as` narrow what the line is about; empty: all. The first line that fits a record is its own.
    """

    key: Slug
    title: Short
    fate: Literal["keep", "destroy"]
    months: int | None = Field(default=None, ge=0, le=1200)
    counted_from: Literal["occurred", "matter_closed", "channel_closed"] | None = None
    kinds: tuple[RecordKind, ...] = ()
    kept_as: tuple[RecordKeeping, ...] = ()

    @model_validator(mode="after")
    def _time_where_destroyed(self) -> Self:
        if self.fate == "destroy" and (self.months is None or self.counted_from is None):
            raise ValueError(_("Ange efter hur många månader (”months”) och räknat från vad (”counted_from”)."))
        if self.fate == "keep" and (self.months is not None or self.counted_from is not None):
            raise ValueError(_("Det som bevaras har ingen tid: ta bort ”months” och ”counted_from”."))
        return self


class Disposal(Value):
    """Kind 27. What may be disposed of, on which ground, when. Nothing is disposed of without a recorded decision.

    `retention` is the schedule, line by line. What no line is about is not decided, and is never destroyed.

    `word_used_for_removal`: whether the source says *gallra* also about taking a comment away, which the system
    keeps apart from disposal.
    """

    bases: tuple[DisposalBasis, ...] = ()
    classes: tuple[Literal["temporary", "minor_importance", "incorrect", "improper"], ...] = ()
    when: tuple[Literal["not_current", "channel_unused", "each_half_year", "hard_to_overview", "incorrect"], ...] = ()
    word_used_for_removal: Literal["no", "partly", "yes"] = "no"
    retention: tuple[RetentionClass, ...] = ()

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.bases or self.classes or self.when or self.retention):
            raise ValueError(_("Regeln är tom: ange grund, klass eller tidpunkt."))
        no_repeats([line.key for line in self.retention], _("Gallringsklassen"))
        return self


class MinimumActivity(Value):
    """Kind 28. How often something is posted: `count` per `period`, or a word. What happens when it is less."""

    count: int | None = Field(default=None, ge=1, le=1000)
    period: Literal["day", "week", "month", "quarter", "half_year", "year"] | None = None
    word: Short | None = None
    when_below: Literal["assess", "must_close"] | None = None
    stated_by_channel: bool = False

    @model_validator(mode="after")
    def _number_with_period_or_word(self) -> Self:
        if (self.count is None) != (self.period is None):
            raise ValueError(_("”count” och ”period” hör ihop: ange båda eller ingen."))
        if self.count is None and self.word is None and not self.stated_by_channel:
            raise ValueError(
                _("Ange hur ofta (”count” och ”period”) eller ett ord (”word”, till exempel regelbundet).")
            )
        return self

    @property
    def per_year(self) -> int | None:
        """Posts per year, to compare with; None without a number."""
        if self.count is None or self.period is None:
            return None
        return self.count * {"day": 365, "week": 52, "month": 12, "quarter": 4, "half_year": 2, "year": 1}[self.period]

    def looser_than(self, reference: Self) -> bool:
        """More seldom is looser."""
        if reference.per_year is None:
            return False
        return self.per_year is None or self.per_year < reference.per_year


class Closing(Value):
    """Kind 29. Who closes, who is told, what is said and done."""

    keeps = ("inform", "message", "final_snapshot", "update_register")

    closed_by: tuple[Role, ...] = ()
    inform: tuple[Role, ...] = ()
    message: tuple[Literal["say_clearly", "thank", "how_proposals_are_handled", "where_instead"], ...] = ()
    final_snapshot: bool = False
    disposal: bool = False
    update_register: bool = False
    steps: tuple[Text, ...] = ()


ConsentForm = Literal["written", "approval", "consent", "picture_routine"]


class ImageConsent(Value):
    """Kind 30. Approval from people in pictures. `child_age_limit`: below this age a guardian approves.

    The age is the policy's, not the law's. Copyright is another matter: `copyright_permission`.
    """

    adult_form: ConsentForm | None = None
    adult_who: tuple[Literal["identifiable", "everyone_in_picture", "nearest_manager"], ...] = ()
    child_form: ConsentForm | None = None
    child_age_limit: int | None = Field(default=None, ge=1, le=20)
    guardian: bool = False
    restrictive_with_children: bool = False
    copyright_permission: bool = False
    applies_to: Literal["all_pictures", "workplace_pictures", "photo_with_name"] = "all_pictures"

    def looser_than(self, reference: Self) -> bool:
        """Return True for a lower age limit, or no guardian."""
        lower = reference.child_age_limit is not None and (self.child_age_limit or 0) < reference.child_age_limit
        return lower or (reference.guardian and not self.guardian)


class PolicyLifecycle(Value):
    """Kind 32. Who owns the policy document and when owners are reminded. The dates stand in [policy].

    `remind_days_before`: how many days before the review date a reminder goes out.
    """

    owner_roles: tuple[Role, ...] = ()
    owner_title: Short | None = None
    remind_days_before: tuple[int, ...] = ()

    @model_validator(mode="after")
    def _days(self) -> Self:
        no_repeats(self.remind_days_before, _("Samma antal dagar"))
        if any(days < 0 or days > 730 for days in self.remind_days_before):
            raise ValueError(_("Antal dagar före ska vara mellan 0 och 730."))
        return self


class EnforcementMeasure(Item):
    """What may follow when the policy is not kept."""

    key: Slug
    text: Text


class Enforcement(Value):
    """Kind 33. Shown for information only: the system punishes nobody."""

    measures: tuple[EnforcementMeasure, ...] = Field(min_length=1)
    by: tuple[Role, ...] = ()
