"""The shape of a demo file. Keys refer to each other by name; an unknown one is told at once."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

FOLDER = Path(__file__).parent
NAMES = ("tibro", "sunne", "nora", "overkalix", "forshaga")

State = Literal["open", "decided", "refused", "withdrawn", "waiting", "returned", "draft"]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class About(_Data):
    """The municipality. The addresses for mail follow from the slug: nothing can reach the real one."""

    name: str
    short_name: str
    slug: str
    seat: str
    website: str
    switchboard: str
    brand_colour: str
    brand_colour_dark: str


class UnitData(_Data):
    """A unit, below `parent`. `manager` and `registrar` are keys of people."""

    key: str
    name: str
    kind: Literal["committee", "department", "unit"]
    parent: str = ""
    manager: str = ""
    registrar: str = ""
    central: bool = False


class PersonData(_Data):
    """Somebody, called by the title. `sign_in` says what one can try as that person; empty keeps it off the list."""

    key: str = Field(pattern=r"^[a-z0-9-]+$", description="Also the first part of the address.")
    title: str
    unit: str
    roles: tuple[str, ...] = ()
    sign_in: str = ""


class ChangeData(_Data):
    """A change proposed by the owner: answered by `answered_by`, or waiting while that is empty."""

    owner: str = ""
    deputy: str = ""
    address: str = ""
    purpose: str = ""
    reason: str
    answered_by: str = ""


class ChannelData(_Data):
    """A channel: what the applicant answers, and how far it has come.

    `applicant` is the owner when it is empty. `answered` counts the steps answered before a waiting application stops,
    `parts` the saved parts of a draft. `note` is the reason of the one who returns or refuses.
    """

    name: str
    platform: str
    address: str
    unit: str
    owner: str
    deputy: str
    administrators: tuple[str, ...] = ()
    applicant: str = ""
    purposes: tuple[str, ...] = ()
    purpose: str
    audience: str = ""
    description: str = ""
    frequency: str
    reply_hours: int | None = None
    watched: str = "Vardagar kl. 8–16"
    working_time: str = "2 timmar i veckan"
    languages: tuple[str, ...] = ("sv",)
    visibility: Literal["public", "internal"] = "public"
    why_platform: str = ""
    state: State = "open"
    answered: int = 0
    parts: int = 0
    note: str = ""
    fields: tuple[str, ...] = ()
    unread_by: tuple[str, ...] = ()
    changes: tuple[ChangeData, ...] = ()

    @property
    def applied_by(self) -> str:
        """Whoever applies."""
        return self.applicant or self.owner

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody whom the channel names."""
        named = (self.owner, self.deputy, *self.administrators, self.applied_by, *self.unread_by)
        return (*named, *(who for change in self.changes for who in (change.owner, change.deputy, change.answered_by)))


class AbsenceData(_Data):
    """Leave: the first day, counted from the day of loading, and how many days. Without `substitute` it is uncovered."""

    who: str
    begins_in: int = Field(ge=0)
    days: int = Field(ge=1)
    substitute: str = ""


class Texts(_Data):
    """What is the same everywhere: answers that the municipality's own data cannot suggest, and the words of deciders."""

    credentials: str
    approve: tuple[str, ...]
    consult: tuple[str, ...]
    display: dict[str, str]


class Content(_Data):
    """One municipality's demo."""

    municipality: About
    units: tuple[UnitData, ...]
    people: tuple[PersonData, ...]
    channels: tuple[ChannelData, ...]
    absences: tuple[AbsenceData, ...] = ()
    appointed_on: date

    @model_validator(mode="after")
    def _all_known(self) -> "Content":
        units, people = {unit.key for unit in self.units}, {person.key for person in self.people}
        named_units = [unit.parent for unit in self.units]
        named_units += [person.unit for person in self.people]
        named_units += [channel.unit for channel in self.channels]
        named_people = [key for unit in self.units for key in (unit.manager, unit.registrar)]
        named_people += [key for channel in self.channels for key in channel.people]
        named_people += [key for row in self.absences for key in (row.who, row.substitute)]
        unknown = {*named_units} - units | {*named_people} - people
        if unknown - {""}:
            raise ValueError(f"unknown keys: {', '.join(sorted(unknown - {''}))}")
        return self


def _read(name: str) -> dict[str, Any]:
    with (FOLDER / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def load_content(name: str) -> Content:
    """Return the demo of one municipality. Raises pydantic.ValidationError when the file is not as it should be."""
    return Content.model_validate(_read(name))


def load_texts() -> Texts:
    """Return the texts that are the same everywhere."""
    return Texts.model_validate(_read("texts"))
