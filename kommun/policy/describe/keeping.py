"""Kinds 23-30, 32 and 33 in words: the register, what is kept and disposed of, closing, images, the policy itself."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kommun.policy import keys
from kommun.policy.describe.base import (
    Part,
    Teller,
    describes,
    joined,
    listed_part,
    months,
    part,
    sentence,
    sentences,
    upper_first,
)
from kommun.policy.values import keeping

REGISTER_FIELDS = {
    "name": gettext_lazy("namn"),
    "platform": gettext_lazy("plattform"),
    "address": gettext_lazy("adress"),
    "purpose": gettext_lazy("syfte"),
    "audience": gettext_lazy("målgrupp"),
    "owner": gettext_lazy("vem som ansvarar"),
    "unit": gettext_lazy("enhet"),
    "reply_time": gettext_lazy("svarstid"),
    "update_frequency": gettext_lazy("hur ofta kanalen uppdateras"),
    "languages": gettext_lazy("språk"),
    "controller": gettext_lazy("personuppgiftsansvarig nämnd"),
    "opened": gettext_lazy("när kanalen öppnade"),
    "closed": gettext_lazy("när kanalen avslutades"),
}


@describes(keys.PUBLIC_REGISTER)
def public_register(value: keeping.PublicRegister, tell: Teller) -> list[Part]:
    """Say where, what, and whether people are named."""
    place = _("%(place)s, öppen för alla") if value.published else _("%(place)s, inte öppen för alla")
    parts = [part(_("Plats"), place % {"place": value.place}, sentence(value.reason or ""))]
    if value.fields:
        parts.append(part(_("Visar"), upper_first(joined(REGISTER_FIELDS[field] for field in value.fields))))
    names = {
        True: _("Den som ansvarar visas med namn."),
        False: _("Den som ansvarar visas som roll och enhet."),
        None: _("Dokumentet säger inget om namn. Den som ansvarar visas som roll och enhet."),
    }
    parts.append(part(_("Personer"), names[value.names_of_persons]))
    if value.includes == "all_services":
        parts.append(part(_("Omfattar"), _("Alla tjänster, även chattar och lärplattformar.")))
    return parts + tell.who(_("Sköts av"), value.kept_by)


@describes(keys.SNAPSHOT_INTERVAL)
def snapshot_interval(value: keeping.SnapshotInterval, tell: Teller) -> list[Part]:
    """Say how often, counted from what, and at which events."""
    parts = []
    if value.every_months:
        anchors = {
            "calendar_half_year": _("Räknas per kalenderhalvår."),
            "calendar_year": _("Räknas per kalenderår."),
            "rolling": _("Räknas från den förra."),
            None: "",
        }
        parts.append(part(_("Hur ofta"), upper_first(months(value.every_months)), anchors[value.anchor]))
    events = {"major_change": _("före en större förändring"), "before_closing": _("innan kanalen avslutas")}
    if value.events:
        label = _("Dessutom") if value.every_months else _("När")
        parts.append(part(label, upper_first(joined(events[event] for event in value.events))))
    return parts


FORMATS = {
    "screenshot": gettext_lazy("skärmbild"),
    "pdf": "PDF",
    "pdfa-1": "PDF/A-1",
    "pdfa-1a": "PDF/A-1a",
    "pdfa-1b": "PDF/A-1b",
    "pdfa-2b": "PDF/A-2b",
    "pdfa-2u": "PDF/A-2u",
    "pdfa-2a": "PDF/A-2a",
    "pdfa-3b": "PDF/A-3b",
    "warc": "WARC",
}


@describes(keys.SNAPSHOT_FORMAT)
def snapshot_format(value: keeping.SnapshotFormat, tell: Teller) -> list[Part]:
    """Say how much of the channel, and as what."""
    extents = {
        "start_page": _("Startsidan"),
        "start_page_and_visible_posts": _("Startsidan med de inlägg som syns"),
        "whole_channel": _("Hela kanalen"),
    }
    shown = _("Det syns vad kommunen skrev och vad andra skrev.") if value.direction_shown else ""
    private = _("Personliga konton tas inte med.") if value.personal_accounts_excluded else ""
    formats = joined(FORMATS[one] for one in value.formats)
    return [
        part(_("Omfattning"), extents[value.extent], sentences(shown, private)),
        part(_("Format"), upper_first(formats)),
    ]


TARGETS = {
    "shared_folder": gettext_lazy("Gemensam mapp"),
    "registrar": gettext_lazy("Registrator"),
    "collection_matter": gettext_lazy("Samlingsärende"),
    "e_archive": gettext_lazy("E-arkiv"),
    "kept_in_place": gettext_lazy("Ligger kvar där de är"),
}
PACKAGES = {
    "files": gettext_lazy("Lämnas som filer."),
    "bagit": gettext_lazy("Lämnas som BagIt."),
    "fgs": gettext_lazy("Lämnas som FGS Paketstruktur 2.0."),
}


@describes(keys.SNAPSHOT_DELIVERY)
def snapshot_delivery(value: keeping.SnapshotDelivery, tell: Teller) -> list[Part]:
    """Say where to, and who sees to it."""
    points = [
        tell.point(
            item,
            item.name or TARGETS[item.kind],
            sentences(_("Diarieförs.") if item.registered else "", str(PACKAGES[item.package]) if item.package else ""),
        )
        for item in value.targets
    ]
    return [Part(_("Lämnas till"), tuple(points)), *tell.who(_("Ser till att det görs"), value.by)]


BASES = {
    "general_decision": gettext_lazy("Ett generellt gallringsbeslut"),
    "retention_schedule": gettext_lazy("Dokumenthanteringsplanen"),
    "municipal_disposal_rules": gettext_lazy("Kommunens gallringsregler"),
}
CLASSES = {
    "temporary": gettext_lazy("det som är tillfälligt"),
    "minor_importance": gettext_lazy("det som är av ringa betydelse"),
    "incorrect": gettext_lazy("det som är felaktigt"),
    "improper": gettext_lazy("det som är olämpligt"),
}
TIMES = {
    "not_current": gettext_lazy("när det inte längre är aktuellt"),
    "channel_unused": gettext_lazy("när kanalen inte används"),
    "each_half_year": gettext_lazy("varje halvår"),
    "hard_to_overview": gettext_lazy("när det blir svårt att överblicka"),
    "incorrect": gettext_lazy("när det är fel"),
}


COUNTED_FROM = {
    "occurred": gettext_lazy("handlingen kom in eller upprättades"),
    "matter_closed": gettext_lazy("ärendet avslutades"),
    "channel_closed": gettext_lazy("kanalen avslutades"),
}


def _how_long(line: keeping.RetentionClass) -> str:
    """Say that the class is kept, or when it is destroyed."""
    if line.months is None or line.counted_from is None:
        return _("Bevaras.")
    since = COUNTED_FROM[line.counted_from]
    if line.months == 0:
        return _("Gallras så snart %(since)s.") % {"since": since}
    return ngettext(
        "Gallras %(count)s månad efter att %(since)s.", "Gallras %(count)s månader efter att %(since)s.", line.months
    ) % {"count": line.months, "since": since}


@describes(keys.DISPOSAL)
def disposal(value: keeping.Disposal, tell: Teller) -> list[Part]:
    """Say on which ground, what, when; and what the word means here."""
    parts = []
    if value.bases:
        points = []
        for item in value.bases:
            each = _("En för varje nämnd.") if item.per_committee else ""
            missing = "" if item.decided else _("Beslutet är inte fattat än.")
            points.append(tell.point(item, BASES[item.kind], sentences(each, missing)))
        parts.append(Part(_("Grund"), tuple(points)))
    if value.classes:
        parts.append(part(_("Vad"), upper_first(joined(CLASSES[one] for one in value.classes))))
    if value.when:
        parts.append(part(_("När"), upper_first(joined(TIMES[one] for one in value.when))))
    if value.retention:
        parts.append(
            Part(_("Hur länge"), tuple(tell.point(line, line.title, _how_long(line)) for line in value.retention))
        )
    if value.word_used_for_removal != "no":
        parts.append(
            part(
                _("Ordet gallra"),
                _("Dokumentet säger gallra också om att ta bort ett inlägg från kontot. Systemet skiljer på det."),
            )
        )
    return parts


@describes(keys.MINIMUM_ACTIVITY)
def minimum_activity(value: keeping.MinimumActivity, tell: Teller) -> list[Part]:
    """Say how often, and what happens below it."""
    below = {
        "assess": _("Blir det tystare bedöms om kanalen ska vara kvar."),
        "must_close": _("Blir det tystare ska kanalen avslutas."),
        None: "",
    }[value.when_below]
    own = _("Kanalen anger själv hur ofta den uppdateras.") if value.stated_by_channel else ""
    text = upper_first(value.word or "") or own
    if value.count is not None and value.period is not None:
        text = _("Minst %(count)s inlägg %(period)s") % {"count": value.count, "period": PERIODS[value.period]}
        if value.word:
            text = _("%(word)s: %(text)s") % {"word": upper_first(value.word), "text": text.lower()}
    return [part(_("Hur ofta"), text, sentences(below, own if own != text else ""))]


PERIODS = {
    "day": gettext_lazy("per dag"),
    "week": gettext_lazy("per vecka"),
    "month": gettext_lazy("per månad"),
    "quarter": gettext_lazy("per kvartal"),
    "half_year": gettext_lazy("per halvår"),
    "year": gettext_lazy("per år"),
}


@describes(keys.CLOSING)
def closing(value: keeping.Closing, tell: Teller) -> list[Part]:
    """Say who closes, who is told, what is said and done."""
    said = {
        "say_clearly": _("säg tydligt att kanalen avslutas"),
        "thank": _("tacka för engagemanget"),
        "how_proposals_are_handled": _("berätta vad som händer med förslag som kommit in"),
        "where_instead": _("tala om var man hittar kommunen i stället"),
    }
    parts = tell.who(_("Avslutar"), value.closed_by) + tell.who(_("Får veta"), value.inform)
    if value.message:
        parts.append(part(_("Sista inlägget"), upper_first(joined(said[one] for one in value.message))))
    done = [
        (value.final_snapshot, _("En sista ögonblicksbild sparas.")),
        (value.disposal, _("Det som får gallras gallras efter beslut.")),
        (value.update_register, _("Förteckningen uppdateras.")),
    ]
    if texts := [*(text for holds, text in done if holds), *value.steps]:
        parts.append(listed_part(_("Att göra"), texts))
    return parts


CONSENT = {
    "written": gettext_lazy("Skriftligt godkännande"),
    "approval": gettext_lazy("Godkännande"),
    "consent": gettext_lazy("Samtycke"),
    "picture_routine": gettext_lazy("Enligt kommunens rutin för bilder"),
}


@describes(keys.IMAGE_CONSENT)
def image_consent(value: keeping.ImageConsent, tell: Teller) -> list[Part]:
    """Say adults, children, and the one who took the picture."""
    parts = []
    whom = {
        "identifiable": _("den som går att känna igen"),
        "everyone_in_picture": _("alla på bilden"),
        "nearest_manager": _("närmaste chef"),
    }
    if value.adult_form:
        who = joined(whom[one] for one in value.adult_who)
        parts.append(part(_("Vuxna"), CONSENT[value.adult_form], _("Av %(who)s.") % {"who": who} if who else ""))
    child = _child(value)
    if value.child_form or child:
        parts.append(part(_("Barn"), CONSENT[value.child_form] if value.child_form else _("Särskild hänsyn"), child))
    if value.copyright_permission:
        parts.append(part(_("Upphovsrätt"), _("Den som har rätten till bilden har sagt ja.")))
    scope = {"workplace_pictures": _("Bilder från arbetsplatsen."), "photo_with_name": _("Bild tillsammans med namn.")}
    if value.applies_to in scope:
        parts.append(part(_("Gäller"), scope[value.applies_to]))
    return parts or [part(_("Gäller"), _("Alla bilder."))]


def _child(value: keeping.ImageConsent) -> str:
    guardian = ""
    if value.guardian:
        guardian = (
            _("Vårdnadshavaren säger ja.")
            if value.child_age_limit is None
            else _("Är barnet yngre än %(age)s år säger vårdnadshavaren ja.") % {"age": value.child_age_limit}
        )
    elif value.child_age_limit is not None:
        guardian = _("Gäller barn under %(age)s år.") % {"age": value.child_age_limit}
    age = _("Åldern är kommunens egen gräns, inte lagens.") if value.child_age_limit is not None else ""
    careful = _("Var försiktig med bilder på barn.") if value.restrictive_with_children else ""
    return sentences(guardian, age, careful)


@describes(keys.POLICY_LIFECYCLE)
def policy_lifecycle(value: keeping.PolicyLifecycle, tell: Teller) -> list[Part]:
    """Say who owns it, and when they are reminded."""
    owner = value.owner_title or tell.roles(value.owner_roles)
    parts = [part(_("Äger regelverket"), owner)] if owner else []
    if value.remind_days_before:
        days = sorted(value.remind_days_before, reverse=True)
        before = ngettext("%(days)s dag före översynen", "%(days)s dagar före översynen", days[-1])
        parts.append(part(_("Påminnelse"), before % {"days": joined(days)}))
    return parts or [part(_("Äger regelverket"), _("Dokumentet säger inte vem."))]


@describes(keys.ENFORCEMENT)
def enforcement(value: keeping.Enforcement, tell: Teller) -> list[Part]:
    """Say what may follow, and who decides it. The system itself does nothing."""
    points = tuple(tell.point(item, item.text) for item in value.measures)
    parts = [Part(_("Det som kan hända"), points), *tell.who(_("Av vem"), value.by)]
    return [*parts, part(_("Systemet"), _("Visar regeln. Inget händer av sig självt."))]
