"""Kinds 1-12 in words: what is asked before a channel opens, who answers for it, what the account must show."""

from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kommun.policy import keys
from kommun.policy.describe.base import (
    Part,
    Point,
    Teller,
    describes,
    joined,
    listed_part,
    months,
    part,
    platform_name,
    sentence,
    sentences,
)
from kommun.policy.values import starting

FIELDS = {
    "purpose": gettext_lazy("Syfte"),
    "channel": gettext_lazy("Vilken kanal det gäller"),
    "platform": gettext_lazy("Plattform"),
    "address": gettext_lazy("Adress"),
    "audience": gettext_lazy("Målgrupp"),
    "owner": gettext_lazy("Vem som ansvarar"),
    "deputy": gettext_lazy("Vem som ersätter"),
    "administrators": gettext_lazy("Vilka som administrerar"),
    "sender": gettext_lazy("Avsändare"),
    "unit": gettext_lazy("Enhet"),
    "controller": gettext_lazy("Personuppgiftsansvarig nämnd"),
    "activity_plan": gettext_lazy("Aktivitetsplan"),
    "reply_time": gettext_lazy("Svarstid"),
    "update_frequency": gettext_lazy("Hur ofta kanalen uppdateras"),
    "languages": gettext_lazy("Språk"),
    "working_time": gettext_lazy("Arbetstid för kanalen"),
    "end_date": gettext_lazy("Slutdatum"),
}


@describes(keys.APPROVAL_CHAIN)
def approval_chain(value: starting.ApprovalChain, tell: Teller) -> list[Part]:
    """Say one point for each group of steps: those in a group are open at the same time."""
    points = [_group(list(steps), tell) for _number, steps in groupby(value.steps, key=lambda step: step.group)]
    parts = [Part(_("Steg i ordning"), tuple(points), ordered=True)]
    if not value.approvals:
        parts.append(
            part(
                _("Beslut"),
                _("Dokumentet säger inte vem som beslutar. Kanalen kan startas när de andra stegen är klara."),
            )
        )
    return parts


def _group(steps: list[starting.ApprovalStep], tell: Teller) -> Point:
    clauses = []
    for kind, same in groupby(steps, key=lambda step: step.kind):
        names = [step.label or tell.policy.role_label(step.role) for step in same]
        clauses.append(_step(kind, names))
    written = _("Skriftligt.") if any(step.written for step in steps) else ""
    return tell.point(steps[0], joined(clauses), written)


def _step(kind: str, names: list[str]) -> str:
    who = {"who": joined(names)}
    if kind == "approve":
        return (_("%(who)s godkänner tillsammans") if len(names) > 1 else _("%(who)s godkänner")) % who
    return (_("%(who)s rådfrågas") if kind == "consult" else _("%(who)s får veta")) % who


@describes(keys.DECISION_FIELDS)
def decision_fields(value: starting.DecisionFields, tell: Teller) -> list[Part]:
    """Say the fields, one a line."""
    return [listed_part(_("Beslutet anger"), [FIELDS[field] for field in value.fields])]


READERS = {
    "owner": gettext_lazy("den kontoansvariga"),
    "deputy": gettext_lazy("ersättaren"),
    "administrators": gettext_lazy("administratörerna"),
}


@describes(keys.PRESTART_DOCUMENTS)
def prestart_documents(value: starting.PrestartDocuments, tell: Teller) -> list[Part]:
    """Say attachments, readings and questions, each when there are any."""
    parts = []
    if value.attachments:
        parts.append(Part(_("Bilagor"), tuple(_attachment(item, tell) for item in value.attachments)))
    if value.readings:
        parts.append(Part(_("Att läsa"), tuple(_reading(item, tell) for item in value.readings)))
    if value.confirmations:
        points = tuple(tell.point(item, item.question) for item in value.confirmations)
        parts.append(Part(_("Frågor att svara ja på"), points))
    return parts


def _attachment(item: starting.Attachment, tell: Teller) -> Point:
    copies = _("Kopia till %(roles)s.") % {"roles": tell.roles(item.copy_to)} if item.copy_to else ""
    fields = _("Med %(fields)s.") % {"fields": joined(item.fields)} if item.fields else ""
    needed = _("Måste finnas med.") if item.required else _("Frivillig.")
    return tell.point(item, item.title, sentences(needed, fields, copies))


def _reading(item: starting.Reading, tell: Teller) -> Point:
    when = (
        _("Läses av %(readers)s innan ansökan skickas.")
        if item.before == "submit"
        else _("Läses av %(readers)s innan kanalen öppnas.")
    )
    return tell.point(item, item.title, when % {"readers": joined(READERS[reader] for reader in item.readers)})


@describes(keys.PURPOSES)
def purposes(value: starting.Purposes, tell: Teller) -> list[Part]:
    """Say the list, and how one chooses."""
    choice = _("Minst ett måste väljas.") if value.binding else _("Listan är ett stöd. Du behöver inte välja ur den.")
    if not value.items:
        choice = _("Kommunen har ingen lista att välja ur.")
    own = _("Du beskriver också syftet med egna ord.") if value.free_text else ""
    found = [Part(_("Kommunens syften"), tuple(tell.point(item, item.text) for item in value.items))]
    return [*(found if value.items else []), part(_("Så väljer du"), sentences(choice, own))]


MODES = {
    "block": gettext_lazy("Bara plattformarna i listan går att välja."),
    "warn": gettext_lazy("Andra plattformar går att välja, men då behövs ett skäl."),
    "examples": gettext_lazy("Listan är exempel. Andra plattformar går lika bra."),
}


@describes(keys.PLATFORM_LIST)
def platform_list(value: starting.PlatformList, tell: Teller) -> list[Part]:
    """Say the platforms in one line, and what the list means."""
    names = [platform_name(key, value.as_named.get(key, "")) for key in value.platforms]
    return [part(_("Plattformar"), joined(names)), part(_("Vad listan betyder"), MODES[value.mode])]


@describes(keys.CHANNEL_ROLES)
def channel_roles(value: starting.ChannelRoles, tell: Teller) -> list[Part]:
    """Say each role with how many."""
    points = [tell.point(item, tell.policy.role_label(item.role), _how_many(item)) for item in value.roles]
    parts = [Part(_("Roller"), tuple(points))]
    if value.owners_are_administrators:
        parts.append(part(_("Samma personer"), _("De som administrerar kontot är också de som ansvarar för det.")))
    return parts


def _how_many(item: starting.RoleCount) -> str:
    if item.max == item.min:
        return _("Exakt %(count)s.") % {"count": item.min}
    if item.min == 0:
        return _("Frivillig.") if item.max is None else _("Frivillig, högst %(count)s.") % {"count": item.max}
    if item.max is None:
        return _("Minst %(count)s.") % {"count": item.min}
    return _("%(min)s till %(max)s.") % {"min": item.min, "max": item.max}


@describes(keys.MINIMUM_ADMINISTRATORS)
def minimum_administrators(value: starting.MinimumAdministrators, tell: Teller) -> list[Part]:
    """Say the number, and whether the central one is among them."""
    count = ngettext("Minst %(count)s person", "Minst %(count)s personer", value.count) % {"count": value.count}
    central = (
        _("Den centrala administratören räknas in.")
        if value.central_counts
        else _("Den centrala administratören räknas inte in.")
    )
    return [part(_("Antal"), count, central)]


@describes(keys.CREDENTIALS_CUSTODY)
def credentials_custody(value: starting.CredentialsCustody, tell: Teller) -> list[Part]:
    """Say where, with whom, and how it is tried."""
    places = {
        "central_place": _("På ett gemensamt ställe"),
        "held_by_role": _("Hos den som har rollen"),
        "password_manager": _("I en lösenordshanterare"),
    }
    several = _("Fler än en person kommer åt dem.") if value.reachable_by_several else ""
    shared = _("Gäller bara inloggningar som flera delar på.") if value.shared_only else ""
    parts = [part(_("Plats"), places[value.place], sentences(several, shared))]
    parts += tell.who(_("Har uppgifterna"), value.holders) + tell.who(_("Får uppgifterna"), value.handed_to)
    if value.test_every_months:
        parts.append(
            part(_("Prövas"), _("Inloggningen prövas %(often)s.") % {"often": months(value.test_every_months)})
        )
    return parts


@describes(keys.STRONG_AUTHENTICATION)
def strong_authentication(value: starting.StrongAuthentication, tell: Teller) -> list[Part]:
    """Say whether, when, and how often it is attested."""
    when = {
        "always": _("Alltid"),
        "where_supported": _("Där plattformen har det"),
        "personal_logins": _("När man loggar in som sig själv"),
    }
    parts = [part(_("Två steg vid inloggning"), when[value.when] if value.required else _("Krävs inte"))]
    if value.attest_every_months:
        often = months(value.attest_every_months)
        parts.append(part(_("Intygas"), _("Den kontoansvariga intygar det %(often)s.") % {"often": often}))
    return parts


@describes(keys.ABSENCE_COVER)
def absence_cover(value: starting.AbsenceCover, tell: Teller) -> list[Part]:
    """Say who covers, and who sees to it when nobody has been named."""
    asked = _("Den som är borta har en ersättare.") if value.substitute_required else _("Ersättare är inget krav.")
    advance = _("Ersättaren utses i förväg.") if value.in_advance else ""
    never = _("Kontot får aldrig vara utan någon som bevakar.") if value.never_unattended else ""
    parts = [part(_("Vid frånvaro"), sentences(asked, advance, never))]
    parts += tell.who(_("Utser ersättare"), value.appointed_by)
    if value.fallback:
        names = [tell.policy.role_label(role) for role in value.fallback]
        parts.append(listed_part(_("Om ingen är utsedd frågas"), names, ordered=len(names) > 1))
    return parts


@describes(keys.ACCOUNT_INFORMATION)
def account_information(value: starting.AccountInformation, tell: Teller) -> list[Part]:
    """Say each thing with its own strength."""
    points = [tell.point(item, item.text, sentence(item.condition or "")) for item in value.items]
    return [Part(_("Kontot visar"), tuple(points))]


@describes(keys.STANDARD_TEXT)
def standard_text(value: starting.StandardText, tell: Teller) -> list[Part]:
    """Say the texts themselves: they are what visitors will read."""
    use = _("Alla konton visar någon av texterna.") if value.obligatory else _("Texterna är förslag. De är frivilliga.")
    parts = [part(_("Användning"), use)]
    for item in value.templates:
        missing = "" if item.complete else _("Kommunens egen text är inte inlagd än.")
        parts.append(Part(item.title, (tell.point(item, item.body.strip(), sentences(missing, item.note)),)))
    return parts
