"""Versions: draft, adopted, superseded; never changed, one in force per day; asked for without a query too many."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.signals import request_finished, request_started
from django.db import IntegrityError, close_old_connections, transaction
from django.utils import timezone

from kommun import policy
from kommun.errors import NotPermitted, StateConflict
from kommun.models import Event, PolicyVersion
from kommun.policy import PolicyFileError, Scope, keys
from kommun.policy.actions import CommandActor, adopt, import_draft
from tests.policy.samples import MINIMAL, changed

pytestmark = pytest.mark.django_db
OPERATOR = CommandActor(label="Driften")
TODAY = timezone.localdate


def draft(text=MINIMAL):
    return import_draft(toml_text=text, filename="prov.toml", actor=OPERATOR)


def in_force(text=MINIMAL, **kwargs):
    return adopt(version_id=draft(text).pk, actor=OPERATOR, **kwargs)


def test_a_file_becomes_a_draft_that_keeps_the_original():
    version = draft()
    assert (version.number, version.status, version.municipality) == (1, "draft", "provkommun")
    assert version.original == MINIMAL
    assert len(version.sha256) == 64
    assert policy.in_force() is None
    assert list(Event.objects.values_list("kind", flat=True)) == ["policy.imported"]


def test_a_bad_file_leaves_nothing_behind():
    with pytest.raises(PolicyFileError):
        draft(changed("schema = 1", "schema = 9"))
    assert not PolicyVersion.objects.exists()


def test_the_first_version_holds_from_the_day_in_the_file():
    version = in_force()
    assert version.valid_from == date(2025, 1, 1)
    assert policy.in_force(date(2025, 1, 1)) == version
    assert policy.in_force(date(2024, 12, 31)) is None
    assert policy.rule(keys.REPLY_WITHIN).value.value == 48
    assert policy.rule(keys.REPLY_WITHIN).version_id == version.pk
    assert Event.objects.filter(kind="policy.adopted", subject_id=str(version.pk)).count() == 1


def test_a_new_version_ends_the_one_before_it_and_what_was_decided_still_points_there():
    first = in_force()
    second = in_force(changed("value = 48", "value = 24"), valid_from=TODAY() + timedelta(days=10))
    first.refresh_from_db()
    assert (first.status, first.valid_to) == ("superseded", second.valid_from)
    assert policy.in_force() == first
    assert policy.in_force(second.valid_from) == second
    assert policy.rule(keys.REPLY_WITHIN).value.value == 48
    assert policy.rule(keys.REPLY_WITHIN, on=second.valid_from).value.value == 24
    assert policy.rule(keys.REPLY_WITHIN, version=first.pk, on=second.valid_from).value.value == 48


def test_a_preset_that_is_loaded_again_holds_from_today():
    first, second = in_force(), in_force()
    first.refresh_from_db()
    assert second.valid_from == first.valid_to == TODAY()


def test_a_version_replaced_on_its_first_day_was_never_in_force():
    start = TODAY() + timedelta(days=5)
    in_force()
    second = in_force(valid_from=start)
    third = in_force(valid_from=start)
    second.refresh_from_db()
    assert (second.valid_from, second.valid_to) == (start, start)
    assert policy.in_force(start) == third


def test_the_past_is_not_rewritten():
    in_force()
    with pytest.raises(StateConflict, match="bakåt"):
        in_force(valid_from=TODAY() - timedelta(days=1))


def test_a_version_cannot_begin_before_the_one_it_follows():
    in_force()
    in_force(valid_from=TODAY() + timedelta(days=10))
    with pytest.raises(StateConflict, match="börjar gälla först"):
        in_force(valid_from=TODAY() + timedelta(days=3))


def test_an_adopted_version_is_not_adopted_again():
    version = in_force()
    with pytest.raises(StateConflict):
        adopt(version_id=version.pk, actor=OPERATOR)


def test_only_people_with_the_permission_put_a_policy_in_force(cast):
    outsider = SimpleNamespace(user_id=cast.outsider.pk, on_behalf_of_id=None, label="Någon", door="web")
    scheduler = SimpleNamespace(user_id=None, on_behalf_of_id=None, label="Schemat", door="scheduler")
    version = draft()
    for actor in (outsider, scheduler):
        with pytest.raises(NotPermitted):
            adopt(version_id=version.pk, actor=actor)


@pytest.mark.parametrize(
    "change",
    [
        {"content": "{}"},
        {"original": ""},
        {"sha256": "0" * 64},
        {"valid_from": date(2020, 1, 1)},
        {"title": "Annat"},
        {"status": "draft"},
        {"adopted_at": None},
    ],
)
def test_the_database_refuses_to_change_an_adopted_version(change):
    version = in_force()
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyVersion.objects.filter(pk=version.pk).update(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"content": "{}"},
        {"original": "annat"},
        {"sha256": "0" * 64},
        {"status": "adopted", "valid_from": date(2025, 1, 1), "adopted_at": timezone.now(), "content": "{}"},
    ],
)
def test_the_database_refuses_to_change_what_a_draft_says(change):
    version = draft()
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyVersion.objects.filter(pk=version.pk).update(**change)


def test_the_database_ends_a_version_only_when_another_takes_over():
    version = in_force()
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyVersion.objects.filter(pk=version.pk).update(valid_to=TODAY() + timedelta(days=9))


def test_the_database_sets_the_end_once():
    first = in_force()
    in_force()
    for change in ({"valid_to": TODAY() + timedelta(days=9)}, {"valid_to": None}, {"status": "adopted"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PolicyVersion.objects.filter(pk=first.pk).update(**change)


def test_the_database_removes_a_draft_but_nothing_else():
    draft().delete()
    version = in_force()
    with pytest.raises(IntegrityError), transaction.atomic():
        version.delete()


def test_the_database_lets_no_version_begin_as_adopted():
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyVersion.objects.create(
            number=9, title="X", municipality="x", content="{}", original="", sha256="", status="adopted",
            valid_from=TODAY(), adopted_at=timezone.now(),
        )  # fmt: skip


def test_the_database_allows_one_version_in_force_per_day():
    in_force()
    second = draft()
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyVersion.objects.filter(pk=second.pk).update(
            status="adopted", adopted_at=timezone.now(), valid_from=TODAY()
        )


def test_within_a_request_the_version_is_asked_for_once(django_assert_num_queries):
    in_force()
    policy.rule(keys.REPLY_WITHIN)  # the text is parsed once per process
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)  # as the test client does: the test's transaction must live on
    try:
        request_started.send(sender=None, environ={})
        with django_assert_num_queries(1):
            for _ in range(20):
                assert policy.rule(keys.REPLY_WITHIN, Scope(channel="x")).value.value == 48
                assert policy.guidance("reply")
                assert policy.role_label("owner") == "Kontoansvarig"
        request_finished.send(sender=None)
        with django_assert_num_queries(2):
            policy.in_force()
            policy.in_force()
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def test_outside_a_request_nothing_is_remembered():
    first = in_force()
    assert policy.in_force() == first
    assert policy.in_force() == first
    second = in_force()
    assert policy.in_force() == second


def test_a_version_put_in_force_within_a_request_is_seen_at_once():
    in_force()
    with policy.remembered():
        assert policy.rule(keys.REPLY_WITHIN).value.value == 48
        in_force(changed("value = 48", "value = 24"))
        assert policy.rule(keys.REPLY_WITHIN).value.value == 24


def test_without_a_policy_every_question_has_an_answer():
    assert policy.in_force() is None
    assert policy.rule(keys.REPLY_WITHIN) is None
    assert policy.guidance("reply") == []
    assert policy.role_label("chief_executive") == "Kommunchef"
    assert policy.policy_review_due(TODAY()) is None


def test_a_place_that_does_not_exist_is_a_fault_in_the_code():
    in_force()
    with pytest.raises(ValueError, match="no place"):
        policy.guidance("nowhere")
