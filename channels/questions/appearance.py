"""What the account must show (policy matrix E): one question an item, prefilled with what we already know."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels.questions.model import Answers, Kind, Question
from kommun.models import Municipality
from kommun.policy import keys

if TYPE_CHECKING:
    from accounts.models import Unit
    from channels.questions.catalogue import Source

# Not texts to show, but ways to set up the account: the applicant says yes to them.
SETTINGS = frozenset({"logotype", "open_without_login", "plain_address"})


def appearance(source: "Source") -> Iterator[Question]:
    """Yield the questions on what the account shows."""
    rule = source.rule(keys.ACCOUNT_INFORMATION)
    shown = set()
    for item in rule.value.items if rule else ():
        strength = item.strength or (rule.strength if rule else None)
        shown.add(item.key)
        said = source.narrowed(rule, item.text, strength, item.section) if rule else None
        asked: dict[str, Any] = {"rule": said, "strength": strength}
        needed = bool(strength and strength.value == "ska")
        if item.key in SETTINGS:
            yield Question(
                item.key,
                _setting_label(item.key),
                Kind.CONFIRM,
                _setting_label(item.key),
                hint=item.condition or "",
                error=_("Bekräfta, eller vänta med att söka tills det stämmer."),
                required=needed,
                group="display",
                options={"yes": item.text},
                **asked,
            )
        else:
            yield Question(
                item.key,
                _label(item.key) or item.text,
                Kind.LONG,
                _label(item.key) or item.text,
                hint=_("Texten som kontot visar. %(condition)s") % {"condition": item.condition}
                if item.condition
                else _("Texten som kontot visar."),
                error=_("Skriv den text som kontot ska visa."),
                required=needed,
                max_length=2000,
                group="display",
                **asked,
            )
    standard = source.rule(keys.STANDARD_TEXT)
    if standard and "standard_text" not in shown:
        yield Question(
            "standard_text",
            _("Gemensam text"),
            Kind.LONG,
            _("Gemensam text"),
            hint=standard.value.templates[0].note
            or _("Kommunens gemensamma text. Ändra bara det som gäller er kanal."),
            error=_("Skriv den gemensamma texten."),
            required=standard.value.obligatory and standard.strength.value == "ska",
            strength=standard.strength,
            rule=standard,
            max_length=2000,
            group="display",
        )


def item_label(key: str) -> str:
    """Return what an item is called in a list, or nothing for one that only the policy has words for."""
    return _setting_label(key) if key in SETTINGS else _label(key)


def _setting_label(key: str) -> str:
    return {
        "logotype": _("Profilbilden är kommunens logotyp"),
        "open_without_login": _("Alla kan se kontot utan att logga in"),
        "plain_address": _("Adressen är utan förkortningar"),
    }[key]


def _label(key: str) -> str:
    return {
        "sender": _("Avsändare"),
        "official_account": _("Officiellt konto"),
        "part_of_municipality": _("En del av kommunen"),
        "municipality_name": _("Kommunens namn"),
        "purpose": _("Kontots syfte"),
        "responsible_contact": _("Kontakt till den som ansvarar"),
        "phone": _("Telefon"),
        "website_link": _("Länk till webbplatsen"),
        "update_frequency": _("Hur ofta kontot uppdateras"),
        "reply_time": _("När ni svarar"),
        "prohibited_content": _("Det som inte får stå"),
        "removal_time": _("När något tas bort"),
        "message_visibility": _("Vilka som kan läsa det man skriver"),
        "recipient_group_size": _("Hur många som nås"),
        "provider_identity": _("Vem som driver kontot"),
        "personal_data": _("Personuppgifter"),
        "standard_text": _("Gemensam text"),
    }.get(key, "")


class Prefill:
    """Suggested texts, from the municipality, the unit, the policy and what has been answered so far."""

    def __init__(
        self, source: "Source", answers: Answers, unit: "Unit | None", municipality: Municipality | None
    ) -> None:
        self.source, self.answers, self.unit, self.municipality = source, answers, unit, municipality

    def text(self, key: str) -> str:
        """Return a suggestion for the item, empty when there is none."""
        suggest: Mapping[str, Callable[[], str]] = {
            "sender": self._sender,
            "provider_identity": self._sender,
            "official_account": self._official,
            "part_of_municipality": self._part_of,
            "municipality_name": lambda: self.municipality.name if self.municipality else "",
            "purpose": lambda: self._answer("purpose"),
            "responsible_contact": self._contact,
            "phone": self._phone,
            "website_link": lambda: self.municipality.website if self.municipality else "",
            "update_frequency": self._frequency,
            "reply_time": self._reply,
            "prohibited_content": self._prohibited,
            "removal_time": self._removal,
            "message_visibility": lambda: _("Det du skriver här kan läsas av alla som besöker sidan."),
            "recipient_group_size": lambda: _("Kontot är öppet, och vem som helst kan läsa och följa det."),
            "personal_data": self._personal_data,
            "standard_text": self._standard,
        }
        return suggest[key]() if key in suggest else ""

    def _answer(self, key: str) -> str:
        value = self.answers.get(key)
        return value if isinstance(value, str) else ""

    def _sender(self) -> str:
        return ", ".join(str(part) for part in (self.municipality, self.unit) if part)

    def _official(self) -> str:
        if self.unit and self.municipality:
            return _("Officiellt konto för %(unit)s i %(municipality)s.") % {
                "unit": self.unit,
                "municipality": self.municipality,
            }
        return ""

    def _part_of(self) -> str:
        return _("En del av %(municipality)s.") % {"municipality": self.municipality} if self.municipality else ""

    def _contact(self) -> str:
        ways = [self.unit.email, self.unit.phone] if self.unit else []
        if self.municipality and not any(ways):
            ways = [self.municipality.contact_email, self.municipality.switchboard]
        return ", ".join(str(part) for part in (self.unit, *ways) if part)

    def _phone(self) -> str:
        return (self.unit.phone if self.unit else "") or (self.municipality.switchboard if self.municipality else "")

    def _frequency(self) -> str:
        chosen = self._answer("update_frequency")
        if not chosen:
            return ""
        return _("Vi uppdaterar: %(how_often)s.") % {"how_often": _(chosen)[:1].lower() + _(chosen)[1:]}

    def _reply(self) -> str:
        hours = self.answers.get("reply_hours")
        if not isinstance(hours, int):
            return ""
        rule: Any = self.source.rule(keys.REPLY_WITHIN)
        if rule and rule.value.counted_in == "working_days":
            return ngettext(
                "Vi svarar inom %(hours)s timme på vardagar.", "Vi svarar inom %(hours)s timmar på vardagar.", hours
            ) % {"hours": hours}
        return ngettext("Vi svarar inom %(hours)s timme.", "Vi svarar inom %(hours)s timmar.", hours) % {"hours": hours}

    def _prohibited(self) -> str:
        rule: Any = self.source.rule(keys.PROHIBITED_CONTENT)
        if not rule:
            return ""
        titles = "\n".join(f"– {category.title}" for category in rule.value.categories)
        return _("Det här får inte stå i kommentarer, och vi tar bort det:\n%(list)s") % {"list": titles}

    def _removal(self) -> str:
        rule: Any = self.source.rule(keys.REMOVE_WITHIN)
        limit = rule.value.limit("") if rule else None
        if limit is None:
            return ""
        if limit.hours:
            return _("Vi döljer eller tar bort sådant som inte får stå inom %(hours)s timmar.") % {"hours": limit.hours}
        return _("Vi döljer eller tar bort sådant som inte får stå så snart vi kan.")

    def _personal_data(self) -> str:
        if not self.municipality:
            return ""
        return _(
            "%(municipality)s behandlar personuppgifter i kommentarer för att kunna svara. Läs mer på %(website)s"
        ) % {
            "municipality": self.municipality,
            "website": self.municipality.website,
        }

    def _standard(self) -> str:
        rule: Any = self.source.rule(keys.STANDARD_TEXT)
        return rule.value.templates[0].body.strip() if rule else ""
