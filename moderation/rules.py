"""Who may do what with a case, and why not. The reason in plain language, or None.

A rule asks first who, then what the policy and the law say has to be there before. The state itself is the table's.
"""

from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Appointment
from channels.models import Channel
from moderation import standing
from moderation.models import Case, Tip

R = Appointment.Role
# Communications staff follow what is said in every channel. A system administrator does not, by that role.
STEERS = frozenset({R.STRATEGIST, R.WEB_EDITOR})


def who_opens(channel: Channel) -> set[int | None]:
    """Return the ids of those who watch the channel: owner, deputy, administrators, the unit's manager."""
    administrators = {row.user_id for row in channel.administrator_rows.all()}
    return {channel.owner_id, channel.deputy_id, channel.unit.manager_id} | administrators


def why_not_open(actor: Actor, channel: Channel) -> str | None:
    """Return why not: those who watch the channel, whoever covers for them, and communications staff open cases.

    Everybody else sends a tip.
    """
    if actor.roles & STEERS or actor.among(who_opens(channel)):
        return None
    return _("Ärenden läggs in av kanalens ansvariga eller kommunikationsenheten. Lämna ett tips i stället.")


def why_not_read_tip(actor: Actor, tip: Tip) -> str | None:
    """Return why not: those who watch the channel read its tips, communications staff all, and whom the clock asked that one.

    Nobody with a conflict of interest in the case that it became.
    """
    if actor.user is None:
        return _("Det här görs av en människa.")
    if tip.case and actor.user_id in standing.barred_from(tip.case):
        return _("Du är jävig i ärendet som tipset hör till.")
    if actor.roles & STEERS or (tip.channel and actor.among(who_opens(tip.channel))):
        return None
    if actor.among(standing.asked_about(tip)):
        return None
    return _("Tips läses av kanalens ansvariga eller kommunikationsenheten.")


def who_handles(case: Case) -> set[int | None]:
    """Return the ids of those who handle the case: owner, deputy, administrators, the unit's manager, whoever it was sent to."""
    return who_opens(case.channel) | {
        case.assigned_to_id,
        case.assigned_unit.manager_id if case.assigned_unit else None,
    }


def is_asked(actor: Actor, case: Case) -> bool:
    """Return whether the clock has asked the actor, or whom the actor covers for, about the case."""
    return actor.among(standing.asked_in(case)) is not None


def why_not_handle(actor: Actor, case: Case) -> str | None:
    """Return why not: those who answer for the channel or cover for them, communications staff, and whom the clock asked."""
    if actor.user is None:
        return _("Det här görs av en människa.")
    if actor.user_id in standing.barred_from(case):
        return _("Du är jävig i ärendet och deltar inte i det. Någon annan har tagit över.")
    if actor.roles & STEERS or actor.among(who_handles(case)) or is_asked(actor, case):
        return None
    return _("Det här görs av kanalens ansvariga, ersättaren, enhetens chef eller kommunikationsenheten.")


def why_not_work(actor: Actor, case: Case) -> str | None:
    """As `why_not_handle`; and not while somebody else has taken the case."""
    if reason := why_not_handle(actor, case):
        return reason
    if case.claimed_by_id not in (None, actor.user_id):
        return _("%(person)s har tagit ärendet. Be att få det, eller ta över det.") % {"person": case.claimed_by}
    return None


def why_not_categorise(actor: Actor, case: Case) -> str | None:
    """Return why not: whoever works with the case chooses the category."""
    return why_not_work(actor, case)


def why_not_file(case: Case) -> str | None:
    """Return why no file may be taken in. Asked before a byte is read (BrB 16 kap. 10 a §)."""
    if case.files_forbidden:
        return _(
            "Bilder på övergrepp mot barn får aldrig sparas, inte heller som bevis."
            " Beskriv i ord vad du såg och anmäl till polisen."
        )
    if case.kind == Case.Kind.REPORT and not case.category:
        return _("Välj kategori först. Den avgör om en bild får sparas.")
    return None


def why_not_preserve(actor: Actor, case: Case) -> str | None:
    """Return why evidence cannot be saved yet: the category decides what may be saved."""
    if reason := why_not_work(actor, case):
        return reason
    if case.kind == Case.Kind.REPORT and not case.category:
        return _("Välj kategori först. Den avgör om en bild får sparas.")
    return None


def why_not_hide(actor: Actor, case: Case) -> str | None:
    """Return why it cannot be hidden. Criticism is never a ground (RF 2 kap. 1 §); without evidence nothing is hidden."""
    if reason := why_not_work(actor, case):
        return reason
    if case.kind != Case.Kind.REPORT:
        return _(
            "Åsikter, kritik och frågor får stå kvar. Bryter inlägget mot en regel väljer du ”Ta bort eller dölja”"
            " och den kategori som gäller."
        )
    if not case.category:
        return _("Välj kategori först. Kritik är aldrig ett skäl att dölja.")
    if case.preserved_at is None:
        return _("Spara bevis först. Inget döljs innan det är bevarat.")
    return None


def why_not_show(actor: Actor, case: Case) -> str | None:
    """Whoever works with the case may take the hiding back."""
    return why_not_work(actor, case)


def why_not_assess(actor: Actor, case: Case) -> str | None:
    """Return why not: what is hidden is assessed, by whoever works with the case."""
    return why_not_work(actor, case)


def why_not_delete(actor: Actor, case: Case) -> str | None:
    """Return what is missing before it may be removed: it cannot be taken back (removal.ladder, removal.evidence)."""
    if reason := why_not_work(actor, case):
        return reason
    return next(iter(missing_before_delete(case)), None)


def missing_before_delete(case: Case) -> list[str]:
    """Return everything that has to be there first and is not, each with its reason."""
    missing = []
    if case.assessment != Case.Assessment.REMOVE:
        missing.append(_("Bedöm först att inlägget bryter mot regeln."))
    if case.needs_handover and case.handed_at is None:
        missing.append(_("Lämna beviset till registrator först."))
    if case.needs_receipt and case.receipt_at is None:
        missing.append(_("Registrator har inte tagit emot beviset än."))
    if case.needs_police and case.police_at is None:
        missing.append(_("Ta ställning till polisanmälan först."))
    return missing


def why_not_restore(actor: Actor, case: Case) -> str | None:
    """Return why it cannot be shown again for good: the assessment says that it breaks a rule."""
    if reason := why_not_work(actor, case):
        return reason
    if case.assessment == Case.Assessment.REMOVE:
        return _("Bedömningen är att inlägget ska bort. Ändra bedömningen om den är fel.")
    return None


def why_not_leave(actor: Actor, case: Case) -> str | None:
    """Whoever works with the case may let the post stand: nothing is done to it."""
    return why_not_work(actor, case)


def why_not_hand_over(actor: Actor, case: Case) -> str | None:
    """Return why it cannot go to the registrar yet: there is nothing saved to register."""
    if reason := why_not_handle(actor, case):
        return reason
    if case.kind == Case.Kind.REPORT and case.preserved_at is None:
        return _("Spara bevis först. Det är beviset som registrator tar emot.")
    return None


def why_not_answer(actor: Actor, case: Case) -> str | None:
    """Return why it is not answered: what breaks a rule is removed, not argued with."""
    if reason := why_not_work(actor, case):
        return reason
    if case.kind == Case.Kind.REPORT:
        return _(
            "Ett inlägg som bryter mot reglerna döljs, det besvaras inte. Är det en fråga ändrar du vad det gäller."
        )
    return None


def why_not_answer_for_all(actor: Actor, case: Case) -> str | None:
    """As `why_not_answer`; and not while others are to be heard first (rule reply.critical_mass, hold_reply)."""
    if reason := why_not_answer(actor, case):
        return reason
    if standing.hold_on(case):
        return _("Svaret väntar på att chefen och kommunikationsenheten har hörts. Lämna ett kort besked så länge.")
    return None


def why_not_police(actor: Actor, case: Case) -> str | None:
    """Return why there is nothing to take a stand on."""
    if reason := why_not_handle(actor, case):
        return reason
    if not case.is_crime:
        return _("Kategorin rör inget brott.")
    return None


def why_not_close(actor: Actor, case: Case) -> str | None:
    """Return what is left to do before the case is closed."""
    if reason := why_not_work(actor, case):
        return reason
    crime = case.needs_police and case.status in (Case.Status.DELETED, Case.Status.GONE)
    if crime and case.police_at is None:
        return _("Ta ställning till polisanmälan först.")
    secret = case.needs_receipt and case.status in (Case.Status.DELETED, Case.Status.GONE)
    if secret and case.preserved_at and case.receipt_at is None:
        return _("Registrator har inte tagit emot beviset än.")
    return None
