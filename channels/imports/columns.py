"""Which columns an import knows, by what people call them in Swedish and English, and how they are told in a file."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from channels.imports.reading import Line
from channels.models.imports import ImportRun

HEADER_WITHIN = 15
MAX_HEADER = 60
ERROR_COLUMN = "Fel"


@dataclass(frozen=True)
class Column:
    """One thing that a row may say. `label` is what the people see; `header` is what our own files say, in Swedish."""

    key: str
    header: str
    label: Any
    aliases: tuple[str, ...] = ()
    hint: Any = ""
    example: str = ""


K = ImportRun.Kind
CHANNELS = (
    Column("id", "Nyckel", _("Nyckel"), ("id", "slug", "key"), _("Tom för en ny kanal. Finns i filer härifrån.")),
    Column(
        "name",
        "Kanal",
        _("Kanalens namn"),
        ("namn", "kanalnamn", "kanalens namn", "channel", "channel name", "name", "konto/kanal"),
        _("Ska finnas på varje rad."),
        "Biblioteket",
    ),
    Column(
        "platform",
        "Plattform",
        _("Plattform"),
        ("platform", "sociala medier", "socialt medium", "kanaltyp", "tjänst", "service", "network"),
        _("Behövs när adressen saknas."),
        "Facebook",
    ),
    Column(
        "address",
        "Adress",
        _("Kontots adress"),
        ("url", "länk", "webbadress", "kontots adress", "address", "link", "web address", "hemsida"),
        "",
        "https://www.facebook.com/exempelbiblioteket",
    ),
    Column(
        "handle",
        "Konto",
        _("Kontonamn"),
        ("kontonamn", "handle", "account", "account name", "användarnamn", "username"),
        _("Används när adressen saknas."),
    ),
    Column(
        "unit",
        "Verksamhet",
        _("Verksamhet"),
        ("enhet", "förvaltning", "avdelning", "unit", "owner unit", "department", "organisation"),
        _("Enhetens namn eller nyckel."),
    ),
    Column(
        "controller",
        "Personuppgiftsansvarig",
        _("Personuppgiftsansvarig"),
        ("nämnd", "personuppgiftsansvarig nämnd", "controller", "committee"),
    ),
    Column("purpose", "Syfte", _("Syfte"), ("ändamål", "purpose"), "", "Berätta om program och böcker."),
    Column("audience", "Målgrupp", _("Målgrupp"), ("audience", "target group", "målgrupper"), "", "Biblioteksbesökare"),
    Column("description", "Beskrivning", _("Beskrivning"), ("description", "om kanalen")),
    Column(
        "owner",
        "Kontoansvarig",
        _("Kontoansvarig"),
        ("ansvarig", "ansvarig person", "kanalansvarig", "owner", "responsible", "responsible role", "kontaktperson"),
        _("E-postadress, eller namn om bara en person heter så."),
        "bibliotekarie@kommunen.example",
    ),
    Column("deputy", "Ersättare", _("Ersättare"), ("deputy", "backup", "substitute", "vikarie")),
    Column(
        "administrators",
        "Administratörer",
        _("Administratörer"),
        ("administratör", "administrators", "admins", "admin", "behöriga"),
        _("Flera skiljs åt med komma."),
    ),
    Column(
        "update_frequency",
        "Uppdateras",
        _("Hur ofta kanalen uppdateras"),
        ("hur ofta kanalen uppdateras", "uppdateringsfrekvens", "update frequency", "frequency"),
    ),
    Column(
        "reply_hours",
        "Svarar inom (timmar)",
        _("Svarar inom (timmar)"),
        ("svarstid", "svarar inom", "svarstid timmar", "reply hours", "response time"),
    ),
    Column(
        "moderation_hours",
        "Bevakas",
        _("När kanalen bevakas"),
        ("när kanalen bevakas", "bevakning", "moderation hours"),
    ),
    Column("languages", "Språk", _("Språk"), ("languages", "language"), _("Koder som sv, en, fi.")),
    Column(
        "credentials_place",
        "Inloggningen förvaras",
        _("Var inloggningen förvaras"),
        ("var inloggningen förvaras", "credentials place"),
        _("Platsen, aldrig lösenordet."),
    ),
    Column(
        "visibility",
        "Visas för allmänheten",
        _("Synlighet"),
        ("synlighet", "visibility", "public", "publik"),
        _("Ja eller nej."),
    ),
    Column(
        "opened_on",
        "Öppnad",
        _("Öppnad"),
        ("öppnad den", "startdatum", "startad", "opened on", "opened"),
        _("Datum, till exempel 2024-03-01. Tomt blir i dag."),
    ),
    Column("status", "Läge", _("Läge"), ("status",), _("Ändras inte genom import.")),
)
UNITS = (
    Column("id", "Nyckel", _("Nyckel"), ("id", "slug", "key"), _("Tom för en ny enhet. Finns i filer härifrån.")),
    Column(
        "name",
        "Enhet",
        _("Enhetens namn"),
        ("namn", "name", "unit", "verksamhet"),
        _("Ska finnas på varje rad."),
        "Biblioteket",
    ),
    Column("kind", "Slag", _("Slag"), ("typ", "kind", "type", "nivå"), _("Nämnd, förvaltning eller enhet."), "Enhet"),
    Column(
        "parent",
        "Hör till",
        _("Hör till"),
        ("överordnad", "överordnad enhet", "förvaltning", "parent", "parent unit"),
        _("Enhetens namn eller nyckel. Den får stå i samma fil."),
        "Kulturförvaltningen",
    ),
    Column("manager", "Chef", _("Chef"), ("manager", "ansvarig chef"), _("E-postadress.")),
    Column("registrar", "Registrator", _("Registrator"), ("registrar",), _("E-postadress.")),
    Column("email", "E-post", _("E-post"), ("epost", "e-postadress", "mejl", "mail", "email", "e-mail")),
    Column("phone", "Telefon", _("Telefon"), ("telefonnummer", "phone", "tel")),
    Column("central", "Kommunikationsenhet", _("Kommunikationsenhet"), ("central",), _("Ja eller nej.")),
)
PEOPLE = (
    Column(
        "email",
        "E-post",
        _("E-postadress"),
        ("epost", "e-postadress", "mejl", "mail", "email", "e-mail", "email address"),
        _("Ska finnas på varje rad. Den skiljer personer åt."),
        "bibliotekarie@kommunen.example",
    ),
    Column("name", "Namn", _("Namn"), ("name", "full name"), _("Ska finnas på varje rad."), "Bibliotekarie"),
    Column("title", "Befattning", _("Befattning"), ("titel", "roll", "title", "role"), "", "Bibliotekarie"),
    Column(
        "unit",
        "Enhet",
        _("Enhet"),
        ("verksamhet", "avdelning", "unit", "department"),
        _("Enhetens namn eller nyckel."),
        "Biblioteket",
    ),
    Column("phone", "Telefon", _("Telefon"), ("telefonnummer", "phone", "tel", "mobil")),
)
# Apps above add theirs (`channels.imports.kinds`).
COLUMNS: dict[str, Sequence[Column]] = {K.CHANNELS: CHANNELS, K.UNITS: UNITS, K.PEOPLE: PEOPLE}
# One of each group is needed before a row can mean anything.
REQUIRED: dict[str, Sequence[tuple[str, ...]]] = {
    K.CHANNELS: (("name",), ("platform", "address")),
    K.UNITS: (("name",),),
    K.PEOPLE: (("email",), ("name",)),
}


def folded(header: str) -> str:
    """Return a header as it is compared: letters and digits only, in one case."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", header).casefold())


def recognise(header: Sequence[str], kind: str) -> dict[str, int]:
    """Return which column of the file holds what, as key → position. The first of two that mean the same counts."""
    names = [folded(cell) for cell in header]
    found: dict[str, int] = {}
    taken: set[int] = set()
    for ours in (lambda column: (column.header,), lambda column: column.aliases):  # our own words before others'
        for column in COLUMNS[kind]:
            wanted = {folded(word) for word in ours(column)}
            place = next((at for at, name in enumerate(names) if name in wanted and at not in taken), None)
            if column.key not in found and place is not None:
                found[column.key] = place
                taken.add(place)
    return found


def missing_columns(mapping: Mapping[str, int], kind: str) -> list[str]:
    """Return what the file must say and does not, in words: "Kanalens namn", "Plattform eller Kontots adress"."""
    labels = {column.key: str(column.label) for column in COLUMNS[kind]}
    either = str(_("eller"))
    return [
        f" {either} ".join(labels[key] for key in group) for group in REQUIRED[kind] if not set(group) & set(mapping)
    ]


def find_header(lines: Sequence[Line], kind: str) -> Line | None:
    """Return the line that names the columns: the best recognised of the first fifteen, else the first with text."""
    first = [line for line in lines[:HEADER_WITHIN] if line.cells]
    best = max(first, key=lambda line: len(recognise(line.cells, kind)), default=None)
    if best is None or len(recognise(best.cells, kind)) > 1:
        return best
    return first[0]
