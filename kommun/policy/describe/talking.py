"""Kinds 13-22 and 31 in words: watching, answering, removing, evidence and what goes to the diary."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kommun.policy import keys, laws
from kommun.policy.base import ContentKind
from kommun.policy.describe.base import (
    Part,
    Point,
    Teller,
    deadline,
    describes,
    joined,
    listed_part,
    part,
    sentence,
    sentences,
    upper_first,
)
from kommun.policy.values import talking

CONTENT_KINDS: dict[ContentKind, object] = {
    "statutory": gettext_lazy("Måste bort enligt lag"),
    "other_law": gettext_lazy("Strider mot annan lag"),
    "house_rule": gettext_lazy("Kommunens egen regel"),
}


@describes(keys.WATCH)
def watch(value: talking.Watch, tell: Teller) -> list[Part]:
    """Say how often, on which days, and in between."""
    between = _("Även däremellan, löpande.") if value.continuous else ""
    if value.interval is None:
        text = upper_first(value.word or "")
        return [part(_("Hur ofta"), text, sentences(_("Inget antal är bestämt."), between))]
    units = {
        "hours": ngettext("Varje timme", "Var %(count)s:e timme", value.interval),
        "days": ngettext("Varje dag", "Var %(count)s:e dag", value.interval),
        "weeks": ngettext("Varje vecka", "Var %(count)s:e vecka", value.interval),
    }
    often = units[value.unit or "days"] % {"count": value.interval}
    days = {"working_days": _("Bara vardagar."), "all_days": _("Även helger."), None: ""}[value.days]
    return [part(_("Hur ofta"), often, sentences(days, between))]


@describes(keys.REPLY_WITHIN)
def reply_within(value: talking.ReplyWithin, tell: Teller) -> list[Part]:
    """Say the time, or who sets it."""
    set_by = {
        "policy": "",
        "channel": _("Varje kanal anger sin egen svarstid."),
        "handbook": _("Svarstiden står i kommunens handbok, inte i dokumentet."),
    }[value.set_by]
    text, counted = deadline(value)
    parts = [part(_("Svarstid"), text or set_by, sentences(counted, set_by if text else ""))]
    if value.shown:
        parts.append(part(_("Visas"), _("Besökarna får veta svarstiden.")))
    return parts


@describes(keys.REMOVE_WITHIN)
def remove_within(value: talking.RemoveWithin, tell: Teller) -> list[Part]:
    """Say one part for each class of content, named by what it is for."""
    titles = _category_titles(tell)
    parts = []
    for item in value.classes:
        if item.categories:
            label = upper_first(joined(titles.get(key, key.replace("_", " ")).lower() for key in item.categories))
        elif item.kind:
            label = str(CONTENT_KINDS[item.kind])
        else:
            label = _("Tid") if len(value.classes) == 1 else _("Allt annat")
        parts.append(part(label, *deadline(item)))
    if value.shown:
        parts.append(part(_("Visas"), _("Besökarna får veta tiden.")))
    return parts


def _category_titles(tell: Teller) -> dict[str, str]:
    prohibited = tell.policy.rule(keys.PROHIBITED_CONTENT)
    return {item.key: item.title for item in prohibited.value.categories} if prohibited else {}


@describes(keys.PROHIBITED_CONTENT)
def prohibited_content(value: talking.ProhibitedContent, tell: Teller) -> list[Part]:
    """Say the categories by kind, then whom they bind."""
    parts = []
    for kind, label in CONTENT_KINDS.items():
        points = tuple(_category(item, tell) for item in value.categories if item.kind == kind)
        if points:
            parts.append(Part(str(label), points))
    told = _("Besökarna får veta det i förväg.") if value.tell_visitors else ""
    own = _("Det gäller också det kommunen själv skriver.") if value.own_posts else ""
    criticism = _("Kritik får alltid stå kvar.")
    return [*parts, part(_("Gäller"), sentences(criticism, told, own))]


def _category(item: talking.ContentCategory, tell: Teller) -> Point:
    evidence = {"image": "", "text_only": _("Spara ingen bild: beskriv i ord."), "none": _("Inget bevis sparas.")}
    police = _("Kan vara brott: systemet påminner om polisanmälan.") if item.police else ""
    described = sentences(sentence(_legal(item)), item.description, evidence[item.evidence], police)
    return tell.point(item, item.title, described)


def _legal(item: talking.ContentCategory) -> str:
    """Return the law that the category rests on: "Brottsbalken 5 kap.", or names with the provision after them."""
    entries = [laws.by_id()[law_id] for law_id in item.law]
    provision = item.provision or ""
    if len(entries) == 1 and not provision.startswith(entries[0].short):
        return sentences(entries[0].name, provision)
    names = [entry.name for entry in entries if not provision or not provision.startswith(f"{entry.short} ")]
    return joined([*names, provision] if provision else names)


LADDER = {
    "preserve": gettext_lazy("Spara bevis"),
    "hide": gettext_lazy("Dölj"),
    "assess": gettext_lazy("Bedöm"),
    "register": gettext_lazy("Lämna till registrator"),
    "delete": gettext_lazy("Ta bort"),
    "restore": gettext_lazy("Visa igen, om det inte bryter mot något"),
    "police_report": gettext_lazy("Polisanmäl"),
    "inform_author": gettext_lazy("Förklara för den som skrev"),
    "block_author": gettext_lazy("Stäng av den som skrev"),
}


@describes(keys.REMOVAL_LADDER)
def removal_ladder(value: talking.RemovalLadder, tell: Teller) -> list[Part]:
    """Say what the system does, and the order in the source where that is another."""
    parts = [listed_part(_("Steg i ordning"), [LADDER[step] for step in value.steps], ordered=True)]
    if value.as_in_source and value.as_in_source != value.steps:
        order = ", ".join(str(LADDER[step]).lower() for step in value.as_in_source)
        parts.append(part(_("Ordning i dokumentet"), upper_first(order)))
    if value.registered_first:
        before = {
            "sent": _("Beviset är skickat till registrator. Du behöver inte vänta på svaret."),
            "received": _("Registrator har tagit emot beviset."),
        }
        titles = _category_titles(tell)
        only = [titles.get(key, key.replace("_", " ")).lower() for key in value.registered_categories]
        for_which = _("Det gäller bara: %(categories)s.") % {"categories": joined(only)} if only else ""
        parts.append(part(_("Innan något tas bort"), sentences(before[value.registered_first], for_which)))
    return parts


@describes(keys.EVIDENCE)
def evidence(value: talking.Evidence, tell: Teller) -> list[Part]:
    """Say what, when, to whom."""
    forms = {"screenshot": _("en skärmbild"), "copy": _("en kopia")}
    saved = _("Spara %(what)s") % {"what": joined(forms[form] for form in value.form)}
    before = (
        _("Innan inlägget döljs.") if value.before == "hide" else _("Innan inlägget tas bort. Det får döljas först.")
    )
    parts = [part(_("Bevis"), saved, sentences(before, _("Det diarieförs.") if value.registered else ""))]
    return parts + tell.who(_("Får beviset"), value.recipients)


@describes(keys.POLICE_REPORT)
def police_report(value: talking.PoliceReport, tell: Teller) -> list[Part]:
    """Say when, whether it must be, and who."""
    triggers = {
        "crime": _("När det är brott"),
        "suspected_crime": _("När det kan vara brott"),
        "threat": _("Vid hot"),
    }
    duty = _("Anmälan ska göras.") if value.duty == "must" else _("Anmälan får göras.")
    implied = "" if value.stated else _("Dokumentet säger det inte rakt ut.")
    parts = [part(_("Polisanmälan"), triggers[value.trigger], sentences(duty, implied))]
    return parts + tell.who(_("Kontaktas först"), value.contact) + tell.who(_("Anmäler"), value.reported_by)


INTO = {
    "new_matter": gettext_lazy("I ett nytt ärende."),
    "existing_matter": gettext_lazy("I ett ärende som redan finns."),
    "new_or_existing_matter": gettext_lazy("I ett nytt eller pågående ärende."),
}


@describes(keys.REGISTRATION)
def registration(value: talking.Registration, tell: Teller) -> list[Part]:
    """Say what goes to the diary, and what is enough for the rest."""
    parts = []
    if value.triggers:
        points = tuple(tell.point(item, item.text, INTO[item.into]) for item in value.triggers)
        parts.append(Part(_("Diarieförs"), points))
    rest = [
        (value.ordered_instead, _("Det hålls ordnat i stället för att diarieföras.")),
        (value.searchable, _("Det går att söka i.")),
        (value.order == "chronological", _("Det ligger i tidsordning.")),
        (value.direction_shown, _("Det syns vad som kom utifrån och vad kommunen skrev.")),
        (value.minor_importance_exempt, _("Det som är av ringa betydelse behöver varken diarieföras eller ordnas.")),
    ]
    if texts := [text for holds, text in rest if holds]:
        parts.append(part(_("Övrigt"), sentences(*texts)))
    return parts + tell.who(_("Fråga om du är osäker"), value.ask_in_doubt)


@describes(keys.CRITICAL_MASS)
def critical_mass(value: talking.CriticalMass, tell: Teller) -> list[Part]:
    """Say when, and who is asked and told."""
    when = (
        _("Du avgör själv när det är många.")
        if value.count is None
        else _("Från %(count)s inlägg") % {"count": value.count}
    )
    parts = [part(_("När"), when)]
    if value.hold_reply:
        parts.append(part(_("Svar"), _("Kommunen väntar med att svara tills frågan är avgjord.")))
    return parts + tell.who(_("Rådfrågas"), value.consult) + tell.who(_("Får veta"), value.inform)


@describes(keys.FORWARDING)
def forwarding(value: talking.Forwarding, tell: Teller) -> list[Part]:
    """Say to whom, and who sees that it is answered."""
    parts = tell.who(_("Skickas till"), value.to)
    if value.owner_follows_up:
        parts.append(part(_("Följs upp"), _("Den kontoansvariga ser till att frågan blir besvarad.")))
    if value.poster_watches:
        parts.append(part(_("Gemensamma kanaler"), _("Den som lägger ut något bevakar och svarar själv.")))
    if value.other_authority:
        said = {"refer": _("Hänvisa rätt."), "help_on": _("Hjälp den som frågar vidare.")}
        parts.append(part(_("Frågor till en annan myndighet"), said[value.other_authority]))
    return parts


@describes(keys.REPLY_SIGNATURE)
def reply_signature(value: talking.ReplySignature, tell: Teller) -> list[Part]:
    """Say what a reply ends with."""
    words = {
        "first_name": _("förnamn"),
        "name": _("namn"),
        "title": _("titel"),
        "unit": _("enhet"),
        "municipality": _("kommunens namn"),
    }
    where = _("Bara svar.") if value.replies_only else _("Både svar och egna inlägg.")
    return [part(_("Underskrift"), upper_first(joined(words[word] for word in value.parts)), where)]
