"""Which questions the application asks. Derived from the policy version that the application is made under."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from channels.questions.appearance import appearance
from channels.questions.model import Choice, Kind, Part, Question
from kommun import policy
from kommun.models import PolicyVersion
from kommun.policy import Rule, Scope, Strength, keys
from kommun.policy.values.talking import ReplyWithin

# Posts per year, to compare with the least that the policy asks for. The text is what is kept and shown.
FREQUENCIES: tuple[tuple[str, int], ...] = (
    (gettext_noop("Varje dag"), 365),
    (gettext_noop("Ett par gånger i veckan"), 104),
    (gettext_noop("Minst en gång i veckan"), 52),
    (gettext_noop("Ett par gånger i månaden"), 24),
    (gettext_noop("Minst en gång i månaden"), 12),
    (gettext_noop("Några gånger om året"), 3),
)
LANGUAGES: tuple[tuple[str, str], ...] = (
    ("sv", "Svenska"),
    ("en", "English"),
    ("fi", "Suomi"),
    ("se", "Davvisámegiella"),
    ("fit", "Meänkieli"),
    ("rom", "Romani čhib"),
    ("yi", "ייִדיש"),
    ("ar", "العربية"),
    ("so", "Soomaali"),
    ("uk", "Українська"),
)


def parts(version: PolicyVersion | None, scope: Scope) -> list[Part]:
    """Return the parts with their questions, in the order they are shown. A part without questions is left out.

    The last step, to look everything through and send it, is a page and no part.
    """
    source = Source(version, scope)
    everything = [
        Part(
            "purpose",
            "syfte",
            _("Syfte och målgrupp"),
            tuple(_purpose(source)),
            ("application.purpose", "application.audience"),
        ),
        Part(
            "account",
            "konto",
            _("Kanal och konto"),
            tuple(_account(source)),
            ("application.platform", "application.address"),
        ),
        Part("people", "ansvariga", _people_title(source), tuple(_people(source)), ("application.roles",)),
        Part("work", "arbete", _("Arbetstid och innehåll"), tuple(_work(source)), ("application.work",)),
        Part(
            "appearance", "utseende", _("Så ska kontot se ut"), tuple(appearance(source)), ("application.appearance",)
        ),
        Part("documents", "underlag", _("Bilagor och läsning"), tuple(_documents(source)), ("application.reading",)),
    ]
    return [part for part in everything if part.questions]


class Source:
    """The policy version and the scope that the questions come from."""

    def __init__(self, version: PolicyVersion | None, scope: Scope) -> None:
        self.version, self.scope = version, scope

    def rule(self, key: keys.Key[Any]) -> Rule[Any] | None:
        """Return the rule, or None where the policy is silent."""
        return policy.rule(key, self.scope, version=self.version)

    def role(self, role: str) -> str:
        """Return what the policy calls a role."""
        return policy.role_label(role, version=self.version)

    def decides(self, name: str) -> Rule[Any] | None:
        """Return the rule on the content of the decision, when it names the field."""
        rule = self.rule(keys.DECISION_FIELDS)
        return rule if rule and name in rule.value.fields else None

    def registers(self, *names: str) -> Rule[Any] | None:
        """Return the rule on the register, when it names one of the fields."""
        rule = self.rule(keys.PUBLIC_REGISTER)
        return rule if rule and set(names) & set(rule.value.fields) else None

    def narrowed(
        self, rule: Rule[Any], text: str = "", strength: Strength | None = None, section: str | None = None
    ) -> Rule[Any]:
        """Return the rule as it says one of its items: own words, strength and section where the item has them."""
        found = policy.policy(version=self.version)
        sources = (found.source(section),) if found and section else rule.sources
        return replace(rule, text=text or rule.text, strength=strength or rule.strength, sources=sources)

    def asked(self, *candidates: Rule[Any] | None) -> dict[str, Any]:
        """Return rule, strength and whether an answer is needed, from the most binding of the rules that ask."""
        rules = [rule for rule in candidates if rule]
        rule = max(rules, key=lambda found: found.strength.rank, default=None)
        strength = rule.strength if rule else None
        return {"rule": rule, "strength": strength, "required": strength is Strength.SKA}


def _needed(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the same, but always needed: the register cannot do without it."""
    return {**asked, "required": True}


def _purpose(source: Source) -> Iterator[Question]:
    yield Question(
        "name",
        _("Vad ska kanalen heta?"),
        Kind.TEXT,
        _("Kanalens namn"),
        hint=_("Namnet i kommunens förteckning, till exempel ”Biblioteket”. Plattformen skrivs ut efter namnet."),
        error=_("Skriv vad kanalen ska heta."),
        max_length=120,
        **_needed(source.asked(source.decides("channel"))),
    )
    yield Question(
        "unit",
        _("Vilken verksamhet hör kanalen till?"),
        Kind.UNIT,
        _("Verksamhet"),
        hint=_("Enhetens chef är den som närmast ansvarar för kanalen."),
        error=_("Välj vilken verksamhet kanalen hör till."),
        **_needed(source.asked(source.decides("unit"))),
    )
    yield Question(
        "controller",
        _("Vilken nämnd är personuppgiftsansvarig?"),
        Kind.COMMITTEE,
        _("Personuppgiftsansvarig"),
        hint=_("Lämna tomt för nämnden som verksamheten hör till."),
        error=_("Välj vilken nämnd som är personuppgiftsansvarig."),
        **source.asked(source.decides("controller")),
    )
    purposes = source.rule(keys.PURPOSES)
    if purposes and purposes.value.items:
        asked = source.asked(purposes)
        yield Question(
            "purposes",
            _("Vilka av kommunens syften bidrar kanalen till?"),
            Kind.CHOICES,
            _("Kommunens syften"),
            error=_("Välj minst ett av kommunens syften."),
            choices=tuple(Choice(item.key, item.text) for item in purposes.value.items),
            **{**asked, "required": purposes.value.binding and asked["required"]},
        )
    own_words = source.asked(source.decides("purpose"), purposes, source.registers("purpose"))
    yield Question(
        "purpose",
        _("Vad ska kanalen användas till?"),
        Kind.LONG,
        _("Syfte"),
        hint=_("Skriv så att en besökare förstår. Texten visas i förteckningen."),
        error=_("Skriv vad kanalen ska användas till."),
        max_length=2000,
        **_needed(own_words),
    )
    yield Question(
        "audience",
        _("Vilka vill ni nå?"),
        Kind.TEXT,
        _("Målgrupp"),
        hint=_("Den viktigaste målgruppen, till exempel ”Barn 6–19 år och deras vårdnadshavare”."),
        error=_("Skriv vilka kanalen främst vänder sig till."),
        max_length=300,
        **source.asked(source.decides("audience"), source.registers("audience")),
    )
    yield Question(
        "description",
        _("Vill du beskriva kanalen mer?"),
        Kind.LONG,
        _("Beskrivning"),
        hint=_("Visas på kanalens sida i förteckningen."),
        max_length=2000,
    )


def _account(source: Source) -> Iterator[Question]:
    yield Question(
        "platform",
        _("Vilken plattform?"),
        Kind.PLATFORM,
        _("Plattform"),
        error=_("Välj vilken plattform kanalen ska finnas på."),
        **_needed(source.asked(source.rule(keys.PLATFORM_LIST), source.decides("platform"), source.decides("channel"))),
    )
    yield Question(
        "address",
        _("Vilken adress ska kontot ha?"),
        Kind.ADDRESS,
        _("Adress"),
        hint=_("Klistra in adressen, eller skriv det kontonamn som ni vill ha. Kontot behöver inte finnas än."),
        error=_("Skriv kontots adress eller namn."),
        max_length=2000,
        **_needed(source.asked(source.decides("address"))),
    )
    if rule := source.decides("sender"):
        yield Question(
            "sender",
            _("Vem är avsändare?"),
            Kind.TEXT,
            _("Avsändare"),
            hint=_("Så att det syns att det är kommunen som talar."),
            error=_("Skriv vem som är avsändare."),
            max_length=200,
            **source.asked(rule),
        )
    yield Question(
        "languages",
        _("Vilka språk ska kanalen ha?"),
        Kind.CHOICES,
        _("Språk"),
        error=_("Välj minst ett språk."),
        choices=tuple(Choice(code, name) for code, name in LANGUAGES),
        **source.asked(source.decides("languages"), source.registers("languages")),
    )
    yield Question(
        "visibility",
        _("Ska kanalen synas i den öppna förteckningen?"),
        Kind.CHOICE,
        _("Synlighet"),
        error=_("Välj om kanalen ska synas för allmänheten."),
        choices=(
            Choice("public", _("Ja, alla ska kunna se att kanalen är vår")),
            Choice(
                "internal",
                _("Nej, den vänder sig till en sluten grupp"),
                _("Till exempel en lärplattform för en klass."),
            ),
        ),
        **_needed(source.asked(source.rule(keys.PUBLIC_REGISTER))),
    )


def _owners_are_administrators(source: Source) -> bool:
    roles = source.rule(keys.CHANNEL_ROLES)
    return bool(roles and roles.value.owners_are_administrators)


def _people_title(source: Source) -> str:
    return _("Ansvariga") if _owners_are_administrators(source) else _("Ansvarig och ersättare")


def _people(source: Source) -> Iterator[Question]:
    roles, minimum = source.rule(keys.CHANNEL_ROLES), source.rule(keys.MINIMUM_ADMINISTRATORS)
    together = _owners_are_administrators(source)
    if not together:
        yield Question(
            "owner",
            _("Vem är ansvarig för kanalen?"),
            Kind.PERSON,
            source.role("owner"),
            hint=_("Den som svarar på frågor och håller kanalen uppdaterad."),
            error=_("Välj vem som är ansvarig. Kanalen får inte stå utan ansvarig."),
            **_needed(source.asked(_names(roles, "owner"), source.decides("owner"))),
        )
        deputy = source.asked(_names(roles, "deputy"), source.decides("deputy"), _cover(source))
        yield Question(
            "deputy",
            _("Vem tar över när den ansvariga är borta?"),
            Kind.PERSON,
            source.role("deputy"),
            hint=_("Ersättaren får frister och påminnelser vid semester och sjukdom."),
            error=_("Välj en ersättare. Kanalen får inte stå utan bevakning."),
            **deputy,
        )
    yield _administrators(source, roles, minimum, together=together)
    custody = source.rule(keys.CREDENTIALS_CUSTODY)
    yield Question(
        "credentials_place",
        _("Var förvaras inloggningen?"),
        Kind.TEXT,
        _("Inloggningen förvaras"),
        hint=_("Skriv platsen, till exempel ”Kommunens lösenordsvalv”. Skriv aldrig själva lösenordet."),
        error=_("Skriv var inloggningen förvaras. Skriv inte lösenordet."),
        max_length=200,
        **source.asked(custody),
    )


def _names(roles: Rule[Any] | None, role: str) -> Rule[Any] | None:
    count = roles.value.count(role) if roles else None
    return roles if count and count.min > 0 else None


def _cover(source: Source) -> Rule[Any] | None:
    rule = source.rule(keys.ABSENCE_COVER)
    return rule if rule and rule.value.substitute_required else None


def _administrators(source: Source, roles: Rule[Any] | None, minimum: Rule[Any] | None, *, together: bool) -> Question:
    count = minimum.value.count if minimum else 0
    central = bool(minimum and minimum.value.central_counts)
    in_roles = roles.value.count("administrator") if roles else None
    least = max(count - (1 if central else 0), in_roles.min if in_roles else 0, 1)
    if together:
        label = _("Vilka är ansvariga och administrerar kontot?")
        hint = _("Den första svarar i första hand, den andra tar över vid frånvaro.")
    else:
        label = _("Vilka kan administrera kontot?")
        hint = _("Alla som har en egen eller delad inloggning till kontot. Räkna med den ansvariga.")
    if central:
        hint += " " + _("Kommunikationsenheten läggs alltid till.")
    return Question(
        "administrators",
        label,
        Kind.PEOPLE,
        _("Ansvariga") if together else _("Administratörer"),
        hint=hint,
        error=_("Välj minst %(count)s olika personer, så att kontot aldrig blir utan förvaltare.") % {"count": least}
        if least > 1
        else _("Välj minst en person som kan administrera kontot."),
        min_count=least,
        options={"together": together},
        **(_needed if together else dict)(source.asked(minimum, roles if in_roles and in_roles.min else None)),
    )


def _work(source: Source) -> Iterator[Question]:
    yield Question(
        "working_time",
        _("Hur mycket arbetstid är avsatt för kanalen?"),
        Kind.TEXT,
        _("Arbetstid"),
        hint=_("Till exempel ”2 timmar i veckan”."),
        error=_("Skriv hur mycket arbetstid som är avsatt."),
        max_length=120,
        **source.asked(source.decides("working_time")),
    )
    activity = source.rule(keys.MINIMUM_ACTIVITY)
    stated = activity if activity and activity.value.stated_by_channel else None
    yield Question(
        "update_frequency",
        _("Hur ofta ska kanalen uppdateras?"),
        Kind.CHOICE,
        _("Uppdateras"),
        error=_("Välj hur ofta kanalen ska uppdateras."),
        choices=tuple(Choice(text, _(text)) for text, per_year in FREQUENCIES),
        options={"per_year": dict(FREQUENCIES)},
        **source.asked(stated, activity, source.decides("update_frequency"), source.registers("update_frequency")),
    )
    yield _reply(source)
    yield Question(
        "moderation_hours",
        _("När bevakas kanalen?"),
        Kind.TEXT,
        _("Bevakas"),
        hint=_("Till exempel ”Vardagar kl. 8–16”. Besökare ser texten."),
        error=_("Skriv när kanalen bevakas."),
        max_length=120,
        **{**source.asked(source.rule(keys.WATCH)), "required": False},
    )


def _reply(source: Source) -> Question:
    rule = source.rule(keys.REPLY_WITHIN)
    value: ReplyWithin | None = rule.value if rule else None
    working_days = bool(value and value.counted_in == "working_days")
    hint = _("Räknat i timmar på vardagar.") if working_days else _("Räknat i timmar, dygnet runt.")
    if value and value.hours is not None:
        hint += " " + _("Högst %(hours)s timmar. Lämna tomt om ni inte lovar något eget.") % {"hours": value.hours}
    asked = source.asked(rule, source.decides("reply_time"))
    # A policy without a number asks people to be quick; only one that leaves the number to the channel needs it here.
    needed = bool(value and value.set_by == "channel") or bool(source.decides("reply_time"))
    return Question(
        "reply_hours",
        _("Inom hur många timmar svarar ni på frågor?"),
        Kind.HOURS,
        _("Svarar inom"),
        hint=hint,
        error=_("Skriv inom hur många timmar ni svarar."),
        options={"working_days": working_days},
        **{
            **asked,
            "required": asked["required"] and needed,
            "strength": asked["strength"] if needed else Strength.KAN if rule else None,
        },
    )


def _documents(source: Source) -> Iterator[Question]:
    rule = source.rule(keys.PRESTART_DOCUMENTS)
    if rule is None:
        return
    for file in rule.value.attachments:
        strength = file.strength or rule.strength
        yield Question(
            file.key,
            file.title,
            Kind.FILE,
            file.title,
            hint=_("Ska innehålla: %(fields)s.") % {"fields": ", ".join(file.fields)} if file.fields else "",
            error=_("Bifoga %(document)s.") % {"document": file.title},
            required=file.required and strength is Strength.SKA,
            strength=strength if file.required else Strength.KAN,
            rule=source.narrowed(rule, strength=strength, section=file.section),
            options={"copy_to": tuple(source.role(role) for role in file.copy_to)},
        )
    for reading in rule.value.readings:
        strength = reading.strength or rule.strength
        yield Question(
            reading.key,
            reading.title,
            Kind.READING,
            reading.title,
            error=_("%(document)s är inte läst av alla som ska läsa.") % {"document": reading.title},
            required=reading.before == "submit" and strength is Strength.SKA,
            strength=strength,
            rule=source.narrowed(rule, strength=strength, section=reading.section),
            options={"readers": reading.readers, "before": reading.before},
        )
    for item in rule.value.confirmations:
        strength = item.strength or rule.strength
        yield Question(
            item.key,
            item.question,
            Kind.CONFIRM,
            item.question,
            error=_("Bekräfta, eller vänta med att söka tills det stämmer."),
            required=strength is Strength.SKA,
            strength=strength,
            rule=source.narrowed(rule, item.question, strength, item.section),
            group="confirmations",
        )
