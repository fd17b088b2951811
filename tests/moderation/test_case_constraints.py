"""What the database itself refuses, whoever writes to it: by raw SQL, past every rule in the code."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from archive.models import StoredFile
from moderation.models import Case, CaseEvidence
from tests.archive_scene import keep_file
from tests.cases import bring_to, fresh, open_case, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(tibro, channel, owner):
    return open_case(channel, owner, category="hate_speech")


def refused(sql, *params):
    """Return what the database said to a statement that it must not run."""
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
    return str(error.value)


def set_(case, assignment):
    return refused(f"UPDATE moderation_case SET {assignment} WHERE id = %s", case.pk)  # noqa: S608  (the tests' own words)


def test_nothing_is_hidden_without_evidence(case):
    said = set_(case, "status = 'hidden', preserved_at = now(), hidden_at = now()")
    assert "has no evidence" in said


def test_words_are_no_evidence_where_a_picture_is_asked_for(case, owner):
    CaseEvidence.objects.create(case=case, words="Ett hot.", at=timezone.now(), made_by=owner.user)
    assert "has no evidence" in set_(case, "status = 'hidden', preserved_at = now(), hidden_at = now()")


def test_words_are_enough_where_no_picture_may_be_kept(tibro, channel, owner):
    case = bring_to("hidden", open_case(channel, owner, category="child_abuse_material"), owner)
    assert case.hidden_at is not None
    assert "has no evidence" in set_(
        bring_to("hidden", open_case(channel, owner, category="child_abuse_material"), owner),
        "files_forbidden = false, evidence_need = 'image'",
    )


def test_a_case_is_not_born_hidden(case):
    columns = [
        field.column for field in Case._meta.fields if field.column not in ("id", "hidden_at", "preserved_at", "status")
    ]
    names = ", ".join(columns)
    born = f"INSERT INTO moderation_case ({names}, hidden_at, preserved_at, status)"
    said = refused(f"{born} SELECT {names}, now(), now(), 'hidden' FROM moderation_case WHERE id = %s", case.pk)  # noqa: S608
    assert "has no evidence" in said


@pytest.mark.parametrize(
    ("status", "assignment", "constraint"),
    [
        ("preserved", "hidden_at = now(), preserved_at = NULL, status = 'hidden'", "preserved_before_hidden"),
        ("preserved", "assessed_at = now(), assessment = 'remove'", "hidden_before_assessed"),
        ("hidden", "deleted_at = now(), status = 'deleted'", "assessed_before_deleted"),
        ("assessed", "assessment = 'keep', deleted_at = now()", "assessed_before_deleted"),
        ("assessed", "restored_at = now(), status = 'restored'", "assessed_before_restored"),
        ("assessed", "deleted_at = now(), receipt_at = NULL, handed_at = NULL", "handed_over_before_deleted"),
        ("assessed", "receipt_at = now()", "handed_over_before_received"),
        ("assessed", "handed_at = now(), record_id = NULL", "handed_over_case_has_record"),
        ("assessed", "handed_at = now(), deleted_at = now()", "received_before_deleted"),
        (
            "assessed",
            "needs_handover = false, needs_receipt = false, needs_police = true, deleted_at = now()",
            "police",
        ),
        ("assessed", "police_at = now()", "police_stand_has_time"),
        ("hidden", "status = 'preserved'", "case_before_hiding_is_not_hidden"),
        ("preserved", "status = 'hidden'", "hidden_case_has_time"),
        ("assessed", "status = 'deleted'", "deleted_case_has_time"),
        ("open", "status = 'gone'", "gone_case_has_time"),
        ("open", "status = 'closed'", "closed_case_has_outcome"),
        ("open", "status = 'closed', closed_at = now()", "closed_case_has_outcome"),
        ("open", "closed_at = now(), outcome = 'left'", "closed_case_has_outcome"),
        ("open", "claimed_at = now()", "claim_has_person_and_time"),
        ("open", "known_at = opened_at + interval '1 hour'", "known_before_opened"),
        ("open", "files_forbidden = true", "forbidden_file_is_put_in_words"),
    ],
)
def test_each_step_stands_on_the_one_before_it(status, assignment, constraint, case, owner):
    assert constraint in set_(bring_to(status, case, owner), assignment)


def test_no_file_can_be_tied_to_child_abuse_material(tibro, channel, owner):
    case = open_case(channel, owner, category="child_abuse_material")
    file = keep_file(owner)
    insert = "INSERT INTO moderation_caseevidence (case_id, file_id, words, at) VALUES (%s, %s, '', now())"
    assert "may hold no file" in refused(insert, case.pk, file.pk)


def test_no_case_that_has_a_file_becomes_child_abuse_material(case, owner):
    case = bring_to("preserved", case, owner)
    assert "may hold no file" in set_(case, "files_forbidden = true, evidence_need = 'words'")


def test_evidence_stays_as_it_was_written(case, owner):
    bring_to("preserved", case, owner)
    said = refused("UPDATE moderation_caseevidence SET words = 'annat' WHERE case_id = %s", case.pk)
    assert "Cannot update rows" in said
    assert "Cannot delete rows" in refused("DELETE FROM moderation_caseevidence WHERE case_id = %s", case.pk)


def test_the_same_row_of_a_source_is_one_case(tibro, channel, owner):
    first, other = open_case(channel, owner), open_case(channel, owner)
    Case.objects.filter(pk=first.pk).update(source="import", external_id="17")
    said = refused("UPDATE moderation_case SET source = 'import', external_id = '17' WHERE id = %s", other.pk)
    assert "one_case_an_external_id" in said


def test_the_file_is_there_as_it_was_sent(case, owner):
    row = bring_to("preserved", case, owner).evidence.get()
    assert StoredFile.objects.get() == row.file
    with row.file.file.open() as kept:
        assert kept.read() == picture().read()
    assert fresh(case).record.file_rows.get().file == row.file
