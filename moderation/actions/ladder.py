"""The ladder: preserve → hide → assess → delete or restore, and what can be taken back.

What is done on the platform is done there by a person; here it is said, and only in an order that loses nothing.
"""

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from archive.actions.files import add_file, erase_unlawful
from archive.actions.keeping import keep_file
from archive.intake import IntakeError, clean_text
from archive.models import StoredFile
from channels.queries import channel_scope
from kommun.errors import InvalidInput, StateConflict
from kommun.policy import keys
from moderation import categories, due, notices, rules
from moderation.actions import common, registering
from moderation.categories import Category
from moderation.models import Case, CaseEvidence

S, A, O = Case.Status, Case.Assessment, Case.Outcome  # noqa: E741  (outcome)


# --- What it is -------------------------------------------------------------------------------------------------------
@transaction.atomic
def categorise(
    *, case_id: int, kind: str, category: str = "", words: str = "", version: int | None = None, actor: Actor
) -> Case:
    """Say what the case is about, and under which category something breaks the rules. Can be changed until it is assessed.

    The time is counted anew from when the municipality came to know, never from now. Where the category is child abuse
    material every file of the case is removed, rows and bytes, and `words` describe what was seen. Raises NotPermitted,
    StateConflict, InvalidInput (no such category; words missing where files are removed).
    """
    case, actor = common.lock(case_id, actor, version)
    step = common.check("categorise", case, actor)
    chosen = _category(case, category) if kind == Case.Kind.REPORT else None
    if (case.kind, case.category) == (kind, chosen.key if chosen else ""):
        return case
    before = {"kind": case.kind, "category": case.category}
    if case.status == S.HIDDEN and chosen is None:
        raise StateConflict(_("Inlägget är dolt. Visa det igen först: åsikter, kritik och frågor får stå kvar."))
    case.kind = Case.Kind(kind)
    erased = _erase_files(case, words, actor) if chosen and chosen.files_forbidden else 0
    put_category(case, chosen)
    _back_without_evidence(case)
    due.start(case, actor)
    data = {"kind": case.kind, "category": case.category, "before": before, "due": case.due_at, "erased": erased}
    common.save(case, step, actor, "case.categorised", data, also=(keys.REMOVE_WITHIN,))
    return case


def _category(case: Case, key: str) -> Category:
    scope, today = channel_scope(case.channel), timezone.localdate()
    chosen = categories.category(key, scope, case.policy_version_id, today)
    if chosen is None:
        raise InvalidInput({"category": [_("Välj en kategori. Kritik är inget skäl att ta bort och finns inte med.")]})
    return chosen


def put_category(case: Case, chosen: Category | None) -> None:
    """Write the category on the case, with what the policy asks for; none takes it away."""
    asked = categories.terms(chosen, channel_scope(case.channel), case.policy_version_id) if chosen else None
    case.category = chosen.key if chosen else ""
    case.category_kind = chosen.kind if chosen else ""
    case.category_title = chosen.title[:200] if chosen else ""
    words_only = bool(chosen and chosen.words_only)
    case.evidence_need = Case.EvidenceNeed.WORDS if words_only else Case.EvidenceNeed.IMAGE
    case.files_forbidden = bool(chosen and chosen.files_forbidden)
    case.is_crime = bool(chosen and chosen.crime)
    case.needs_handover = bool(asked and asked.needs_handover)
    case.needs_receipt = bool(asked and asked.needs_receipt)
    case.needs_police = bool(asked and asked.needs_police)


def _back_without_evidence(case: Case) -> None:
    """Take back "preserved" when what was saved is not enough for the new category."""
    if case.preserved_at is None or _enough(case):
        return
    if case.hidden_at is not None:
        raise StateConflict(
            _("Det finns bara en beskrivning i ord. Visa inlägget igen, byt kategori och spara en skärmbild.")
        )
    case.status, case.preserved_at = S.OPEN, None


def _enough(case: Case) -> bool:
    rows = case.evidence.all()
    if case.evidence_need == Case.EvidenceNeed.IMAGE:
        rows = rows.filter(file__isnull=False)
    return rows.exists()


def _erase_files(case: Case, words: str, actor: Actor) -> int:
    """Remove every file of the case and leave a description in their place. Return how many (BrB 16 kap. 10 a §)."""
    rows = case.evidence.filter(file__isnull=False)
    files = list(rows.values_list("file_id", flat=True))
    if not files:
        return 0
    if not words.strip():
        raise InvalidInput({"words": [_("Beskriv i ord vad du såg. Bilderna tas bort, för de får inte sparas.")]})
    _add(case, None, words, actor)
    return erase_unlawful(file_ids=files, pointing=[rows], actor=actor)


# --- Preserve ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def keep_evidence(
    *,
    case_id: int,
    upload: File | None = None,
    how: str = StoredFile.How.UPLOADED,
    words: str = "",
    version: int | None = None,
    actor: Actor,
) -> Case:
    """Save evidence: a screenshot or a copy, or a description where no picture may be kept.

    Whether a file may be taken in is asked before it is read. Raises NotPermitted, StateConflict, InvalidInput.
    Source: rule removal.evidence; BrB 16 kap. 10 a §.
    """
    case, actor = common.lock(case_id, actor, version)
    return keep(case, upload=upload, how=how, words=words, actor=actor)


def keep(case: Case, *, upload: File | None, how: str, words: str, actor: Actor) -> Case:
    """As `keep_evidence`, for a case that is locked or new."""
    if upload is not None and (reason := rules.why_not_file(case)):
        upload.close()
        raise InvalidInput({"upload": [reason]})
    name = "preserve" if case.status == S.OPEN else "add_evidence"
    step = common.check(name, case, actor)
    if upload is None and not words.strip():
        field = "words" if case.evidence_need == Case.EvidenceNeed.WORDS else "upload"
        raise InvalidInput({field: [_("Bifoga en skärmbild eller beskriv vad du såg.")]})
    try:
        row = _add(case, _stored(case, upload, how, actor), words, actor)
    except IntakeError as error:
        raise InvalidInput({"upload" if upload is not None else "words": [str(error)]}) from error
    first = case.record is None
    record = common.record_of(case, actor, [row.file] if row.file else [], row.words)
    if row.file and not first:
        add_file(record_id=record.pk, file=row.file, actor=actor)
    if step.name == "preserve" and not _enough(case):
        step = common.check("describe", case, actor)  # words alone: kept, but not enough to hide
    elif case.preserved_at is None:
        case.preserved_at = row.at
    facts = {"evidence": row.pk, "file": row.file_id, "record": record.pk}
    common.save(case, step, actor, "case.preserved", facts)
    return case


def _stored(case: Case, upload: File | None, how: str, actor: Actor) -> StoredFile | None:
    return keep_file(upload=upload, how=how, source_url=case.url, actor=actor) if upload is not None else None


def _add(case: Case, file: StoredFile | None, words: str, actor: Actor) -> CaseEvidence:
    return CaseEvidence.objects.create(
        case=case,
        file=file,
        words=clean_text(words, most=5000).text,
        at=timezone.now(),
        made_by=actor.user,
        on_behalf_of=actor.on_behalf_of,
    )


# --- Hide, assess, delete or restore ----------------------------------------------------------------------------------
@transaction.atomic
def hide(*, case_id: int, version: int | None = None, actor: Actor) -> Case:
    """Say that the post is hidden on the platform. The removal clock stops; those who are sent evidence are told.

    What may be secret goes to the registrar in the same act (Nora 10; OSL 5 kap. 1 §). Raises NotPermitted (criticism, no
    category, no evidence), StateConflict. Source: rules removal.ladder, removal.within, removal.evidence.
    """
    case, actor = common.lock(case_id, actor, version)
    step = common.check("hide", case, actor)
    case.hidden_at = timezone.now()
    due.stop(case, actor)
    late = case.due_at is not None and case.hidden_at >= case.due_at
    common.save(case, step, actor, "case.hidden", {"late": late}, also=(keys.REMOVE_WITHIN, keys.EVIDENCE))
    notices.hidden(case, actor)
    if case.category == categories.SECRECY and case.handed_at is None:
        registering.hand_over(case, None, actor)
    return case


@transaction.atomic
def show_again(*, case_id: int, version: int | None = None, actor: Actor) -> Case:
    """Take the hiding back: the post is shown on the platform again, and its clock goes on with the same time.

    Raises NotPermitted, StateConflict.
    """
    case, actor = common.lock(case_id, actor, version)
    step = common.check("show", case, actor)
    case.hidden_at, case.status = None, S.PRESERVED
    due.start(case, actor)
    common.save(case, step, actor, "case.shown_again", {"due": case.due_at})
    return case


@transaction.atomic
def assess(*, case_id: int, assessment: str, note: str, version: int | None = None, actor: Actor) -> Case:
    """Assess what is hidden: it breaks the rule and is to be removed, or it does not and is shown again, with the reason.

    Raises NotPermitted, StateConflict, InvalidInput (no reason). Source: removal.ladder; FL 5 and 32 §§.
    """
    case, actor = common.lock(case_id, actor, version)
    step = common.check("assess", case, actor)
    common.required(note=note)
    case.assessment, case.assessment_note = A(assessment), note.strip()[:2000]
    case.assessed_at, case.assessed_by = timezone.now(), actor.user
    data = {"assessment": case.assessment, "category": case.category}
    common.save(case, step, actor, "case.assessed", data, also=(keys.PROHIBITED_CONTENT,))
    return case


@transaction.atomic
def reassess(*, case_id: int, version: int | None = None, actor: Actor) -> Case:
    """Take the assessment back, as long as nothing has followed from it. Raises NotPermitted, StateConflict."""
    case, actor = common.lock(case_id, actor, version)
    step = common.check("reassess", case, actor)
    before = case.assessment
    case.assessment, case.assessment_note, case.assessed_at, case.assessed_by = "", "", None, None
    common.save(case, step, actor, "case.assessment_withdrawn", {"before": before})
    return case


@transaction.atomic
def delete(*, case_id: int, version: int | None = None, actor: Actor) -> Case:
    """Say that the post is removed from the platform. Cannot be taken back; the copy stays with us: this is no disposal.

    Raises NotPermitted with what is missing: assessment, registrar, police. Source: removal.ladder, removal.evidence.
    """
    case, actor = common.lock(case_id, actor, version)
    step = common.check("delete", case, actor)
    case.deleted_at, case.outcome = timezone.now(), O.REMOVED
    common.save(case, step, actor, "case.deleted", {"by": "us", "category": case.category})
    return case


@transaction.atomic
def restore(*, case_id: int, version: int | None = None, actor: Actor) -> Case:
    """Say that the post is shown on the platform again for good, because it breaks no rule. Raises as `delete`."""
    case, actor = common.lock(case_id, actor, version)
    step = common.check("restore", case, actor)
    case.restored_at, case.outcome = timezone.now(), O.RESTORED
    common.save(case, step, actor, "case.restored")
    return case


@transaction.atomic
def leave_standing(*, case_id: int, note: str, version: int | None = None, actor: Actor) -> Case:
    """Let the post stand and close the case: it is criticism, or breaks no rule. Raises as `assess`."""
    case, actor = common.lock(case_id, actor, version)
    step = common.check("leave", case, actor)
    common.required(note=note)
    case.outcome, case.closed_at, case.assessment_note = O.LEFT, timezone.now(), note.strip()[:2000]
    due.stop(case, actor, note=_("Inlägget får stå kvar."))
    common.record_of(case, actor)
    _let_go(case)
    common.save(case, step, actor, "case.left_standing")
    return case


@transaction.atomic
def mark_gone(*, case_id: int, by: str, version: int | None = None, actor: Actor) -> Case:
    """Say that the post is gone without us: the author took it away (by_author), or the platform (by_platform).

    What was saved goes on to the registrar and the police as if we had removed it. Raises NotPermitted, StateConflict,
    InvalidInput (anybody else).
    """
    case, actor = common.lock(case_id, actor, version)
    step = common.check("gone", case, actor)
    if by not in (O.BY_AUTHOR, O.BY_PLATFORM):
        raise InvalidInput({"by": [_("Välj vem som tog bort inlägget.")]})
    case.gone_at, case.outcome = timezone.now(), O(by)
    due.stop(case, actor, met=False, note=_("Inlägget är borta utan att kommunen tog bort det."))
    common.save(case, step, actor, "case.gone", {"by": by})
    return case


@transaction.atomic
def close(*, case_id: int, version: int | None = None, actor: Actor) -> Case:
    """Close the case: nothing is left to do. Raises NotPermitted with what is left, StateConflict."""
    case, actor = common.lock(case_id, actor, version)
    step = common.check("close", case, actor)
    case.closed_at = timezone.now()
    common.record_of(case, actor)
    _let_go(case)
    common.save(case, step, actor, "case.closed", {"outcome": case.outcome})
    due.stop_following(case, actor)
    return case


def _let_go(case: Case) -> None:
    case.claimed_by = case.claimed_at = None
