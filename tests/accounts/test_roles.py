"""Who holds a role, who is away, who covers, who answers."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from accounts import queries
from accounts.models import Unit
from accounts.organisation import ROLES, Cover, Organisation
from kommun import policy
from tests.factories import AbsenceFactory, AppointmentFactory, R, UnitFactory, UserFactory, make_cast

TODAY = date(2026, 11, 20)


@pytest.fixture
def cast(db):
    return make_cast(starts_on=TODAY - timedelta(days=30))


def away(user, substitute=None, days=14, start=TODAY):
    return AbsenceFactory(user=user, substitute=substitute, starts_on=start, ends_on=start + timedelta(days=days))


def on(offset=0):
    """The organisation of today, or of so many days later."""
    return Organisation.load(TODAY + timedelta(days=offset))


FIRST_ASKED = {  # role → who in the cast, for the unit where the owner works
    "nearest_manager": "nearest_manager",
    "department_head": "department_head",
    "committee": "chief_executive",  # the committee of the cast has no manager of its own
    "communications_unit": "it_communications_manager",
    "chief_executive": "chief_executive",
    "strategist": "strategist",
    "it_communications_manager": "it_communications_manager",
    "registrar": "registrar",
    "archivist": "archivist",
    "administrator": "administrator",
    "security_coordinator": "strategist",  # nobody is appointed: the fallback
    "web_editor": "strategist",
}


def test_every_role_has_a_row():
    assert set(FIRST_ASKED) == set(ROLES)


@pytest.mark.parametrize("role", sorted(FIRST_ASKED))
def test_role_finds_its_person(cast, role):
    found = queries.responsible_for(role, cast.unit, today=TODAY)
    assert (found.asked, found.assignee) == (cast[FIRST_ASKED[role]], cast[FIRST_ASKED[role]])
    assert str(found.asked) in found.why


@pytest.mark.parametrize("role", sorted(FIRST_ASKED))
def test_absent_person_is_replaced_by_the_substitute(cast, role):
    asked = cast[FIRST_ASKED[role]]
    away(asked, cast.outsider)
    found = queries.responsible_for(role, cast.unit, today=TODAY)
    assert (found.asked, found.assignee) == (asked, cast.outsider)
    assert "Borta till och med 4 dec, ersätts av Gatuingenjör." in found.why


@pytest.mark.parametrize("role", sorted(FIRST_ASKED))
def test_party_is_never_named(cast, role):
    party = cast[FIRST_ASKED[role]]
    found = queries.responsible_for(role, cast.unit, today=TODAY, exclude={party.pk})
    assert found.assignee is not None
    assert party not in (found.asked, found.assignee)
    assert "är själv part och hoppas över" in found.why


def test_unknown_role_is_an_error(cast):
    with pytest.raises(ValueError, match="owner"):
        queries.responsible_for("owner", cast.unit, today=TODAY)


def test_manager_of_the_applying_manager_is_the_next_unit_up(cast):
    found = queries.responsible_for("nearest_manager", cast.unit, today=TODAY, exclude={cast.nearest_manager.pk})
    assert found.assignee == cast.department_head


def test_manager_of_a_head_of_department_is_the_chief_executive(cast):
    found = queries.responsible_for("nearest_manager", cast.department, today=TODAY, exclude={cast.department_head.pk})
    assert found.assignee == cast.chief_executive


def test_unit_without_manager_asks_the_unit_above_and_says_so(cast):
    cast.unit.manager = None
    cast.unit.save()
    found = queries.responsible_for("nearest_manager", cast.unit, today=TODAY)
    assert found.assignee == cast.department_head
    assert found.why == "Biblioteksenheten har ingen chef. Kulturförvaltningschef är chef för Kulturförvaltningen."


def test_chain_of_substitutes_is_followed(cast):
    away(cast.nearest_manager, cast.deputy, days=3)
    away(cast.deputy, cast.outsider, days=5)
    found = queries.responsible_for("nearest_manager", cast.unit, today=TODAY)
    assert (found.asked, found.assignee) == (cast.nearest_manager, cast.outsider)
    assert found.why == (
        "Bibliotekschef är chef för Biblioteksenheten. Borta till och med 23 nov, ersätts av Biblioteksassistent. "
        "Biblioteksassistent är borta till och med 25 nov, ersätts av Gatuingenjör."
    )


def test_uncovered_absence_goes_upwards(cast):
    away(cast.nearest_manager)
    found = queries.responsible_for("nearest_manager", cast.unit, today=TODAY)
    assert (found.asked, found.assignee) == (cast.nearest_manager, cast.department_head)
    assert "har ingen ersättare" in found.why


def test_substitute_who_is_party_is_passed_over(cast):
    away(cast.nearest_manager, cast.owner)
    found = queries.responsible_for("nearest_manager", cast.unit, today=TODAY, exclude={cast.owner.pk})
    assert (found.asked, found.assignee) == (cast.nearest_manager, cast.department_head)


def test_circle_of_substitutes_goes_upwards_and_is_named(cast):
    away(cast.nearest_manager, cast.deputy)
    away(cast.deputy, cast.nearest_manager)
    found = queries.responsible_for("nearest_manager", cast.unit, today=TODAY)
    assert found.assignee == cast.department_head
    assert "Bibliotekschef → Biblioteksassistent → Bibliotekschef" in found.why


def test_everybody_away_leaves_the_administrator(cast):
    for name, person in cast.people():
        if name != "administrator":
            away(person)
    for role in ROLES:
        assert queries.responsible_for(role, cast.unit, today=TODAY).assignee == cast.administrator


def test_nobody_at_all_says_what_to_do(cast):
    for _name, person in cast.people():
        person.is_active = False
        person.save()
    found = queries.responsible_for("strategist", cast.unit, today=TODAY)
    assert (found.asked, found.assignee) == (cast.strategist, None)
    assert "Systemadministratören behöver ge någon rollen." in found.why


def test_inactive_person_counts_as_away(cast):
    cast.strategist.is_active = False
    cast.strategist.save()
    found = queries.responsible_for("strategist", cast.unit, today=TODAY)
    assert (found.asked, found.assignee) == (cast.strategist, cast.it_communications_manager)
    assert "är inte längre aktiv" in found.why


def test_inactive_person_with_a_substitute_is_covered(cast):
    away(cast.strategist, cast.deputy)
    cast.strategist.is_active = False
    cast.strategist.save()
    assert on().who_covers(cast.strategist).person == cast.deputy


@pytest.mark.parametrize(("offset", "covered"), [(-1, False), (0, True), (14, True), (15, False)])
def test_absence_holds_on_its_first_and_last_day(cast, offset, covered):
    away(cast.strategist, cast.deputy)
    cover = on(offset).who_covers(cast.strategist)
    assert (cover.person == cast.deputy) is covered
    assert cover.absent is covered


def test_withdrawn_absence_does_not_count(cast):
    row = away(cast.strategist, cast.deputy)
    row.withdrawn_at = timezone.now()
    row.save()
    assert on().who_covers(cast.strategist).person == cast.strategist


@pytest.mark.parametrize(("length", "found"), [(10, True), (11, False)])
def test_chain_is_followed_ten_steps(db, length, found):
    people = [UserFactory() for _ in range(length + 1)]
    for person, substitute in pairwise(people):
        away(person, substitute)
    cover = on().who_covers(people[0])
    assert (cover.person == people[-1]) is found
    assert ("för lång" in cover.problem) is not found


def test_cover_chain_begins_with_the_person_asked_about(cast):
    away(cast.owner, cast.deputy)
    assert on().who_covers(cast.owner) == Cover(cast.deputy, [cast.owner, cast.deputy], True, "")
    assert on().who_covers(cast.deputy) == Cover(cast.deputy, [cast.deputy], False, "")


def test_covered_by_counts_the_whole_chain(cast):
    away(cast.nearest_manager, cast.deputy)
    away(cast.deputy, cast.outsider)
    assert set(on().covered_by(cast.outsider)) == {cast.nearest_manager, cast.deputy}
    assert on().covered_by(cast.deputy) == []


def test_appointment_holds_on_its_days_only(cast):
    AppointmentFactory(user=cast.outsider, role=R.WEB_EDITOR, starts_on=TODAY, ends_on=TODAY + timedelta(days=1))
    held = [on(n).holds(cast.outsider, "web_editor", None) for n in (-1, 0, 1, 2)]
    assert held == [False, True, True, False]


def test_appointment_for_the_unit_goes_before_the_municipality(cast):
    AppointmentFactory(user=cast.outsider, role=R.STRATEGIST, unit=cast.department, starts_on=TODAY)
    assert queries.responsible_for("strategist", cast.unit, today=TODAY).assignee == cast.outsider
    assert queries.responsible_for("strategist", cast.central, today=TODAY).assignee == cast.strategist
    assert on().holds(cast.outsider, "strategist", cast.unit)
    assert not on().holds(cast.outsider, "strategist", cast.central)
    assert not on().holds(cast.outsider, "strategist", None)
    assert on().holds_any(cast.outsider, "archivist", "strategist")


def test_registrar_of_the_unit_goes_before_the_appointed(cast):
    cast.department.registrar = cast.outsider
    cast.department.save()
    assert queries.responsible_for("registrar", cast.unit, today=TODAY).assignee == cast.outsider
    assert queries.responsible_for("registrar", cast.central, today=TODAY).assignee == cast.registrar
    assert on().holds_any(cast.outsider, "registrar")


def test_second_holder_is_asked_when_the_first_is_away_without_cover(cast):
    AppointmentFactory(user=cast.outsider, role=R.ARCHIVIST, starts_on=TODAY)
    away(cast.archivist)
    found = queries.responsible_for("archivist", None, today=TODAY)
    assert (found.asked, found.assignee) == (cast.archivist, cast.outsider)


@pytest.mark.parametrize(
    ("who", "where", "expected"),
    [
        ("nearest_manager", "unit", True),
        ("department_head", "unit", True),
        ("nearest_manager", "department", False),
        ("department_head", "central", False),
        ("strategist", "unit", False),
        ("deputy", "unit", False),
    ],
)
def test_manager_manages_the_unit_and_those_below(cast, who, where, expected):
    assert on().manages(cast[who], getattr(cast, where)) is expected


def test_substitute_manages_only_while_the_manager_is_away(cast):
    away(cast.department_head, cast.deputy, days=2)
    assert on(2).manages(cast.deputy, cast.unit)
    assert on().holds(cast.deputy, "department_head", cast.unit)
    assert on().holds_any(cast.deputy, "department_head")
    assert not on(3).manages(cast.deputy, cast.unit)


def test_inactive_manager_manages_nothing(cast):
    cast.nearest_manager.is_active = False
    cast.nearest_manager.save()
    assert not on().manages(cast.nearest_manager, cast.unit)
    assert not on().holds_any(cast.nearest_manager, "nearest_manager")


def test_circle_of_units_ends(cast):
    cast.committee.parent = cast.unit
    cast.committee.save()
    assert on().manages(cast.department_head, cast.unit)
    assert queries.responsible_for("nearest_manager", cast.unit, today=TODAY).assignee == cast.nearest_manager


def test_questions_cost_the_same_however_large_the_organisation(cast, django_assert_num_queries):
    parent = cast.unit
    for _ in range(30):
        parent = UnitFactory(parent=parent, manager=UserFactory(), kind=Unit.Kind.UNIT)
        away(parent.manager)
    with django_assert_num_queries(4):
        assert queries.responsible_for("nearest_manager", parent, today=TODAY).assignee == cast.nearest_manager
    with policy.remembered(), django_assert_num_queries(5):  # the fifth asks which policy names the roles
        organisation = Organisation.load(TODAY)
        assert all(organisation.responsible_for(role, parent).assignee for role in ROLES)
        assert organisation.manages(cast.department_head, parent)


def test_a_permission_costs_the_same_however_many_hold_the_role(cast, django_assert_num_queries):
    for _ in range(10):
        AppointmentFactory(user=UserFactory(), role=R.STRATEGIST)
    with django_assert_num_queries(5):  # two by Django itself, three for the roles, none for sentences nobody reads
        assert cast.strategist.has_perm("kommun.adopt_policyversion")


def test_who_holds_a_role_is_whom_the_line_names(cast):
    cast.department.registrar = cast.owner
    cast.department.save()
    assert on().holders("registrar", cast.unit) == [cast.owner, cast.registrar]
    with pytest.raises(ValueError, match="owner"):
        on().holders("owner", cast.unit)
