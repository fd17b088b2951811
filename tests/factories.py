"""Rows for tests. People are roles, never invented persons."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import cache

import factory
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from accounts.models import Absence, Appointment, Unit, User

PASSWORD = "korrekt-häst-batteri-klammer"
R = Appointment.Role
LONG_AGO = date(2024, 1, 1)  # before every day that a test travels to, whenever it is run


@cache
def _hashed_password() -> str:
    """Hash once: a good hash takes a third of a second, and a cast has eleven people."""
    return make_password(PASSWORD)


class UnitFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Unit

    name = factory.Sequence(lambda n: f"Enhet {n}")
    slug = factory.Sequence(lambda n: f"enhet-{n}")
    kind = Unit.Kind.UNIT


class UserFactory(factory.django.DjangoModelFactory):
    """Somebody who can sign in with `PASSWORD`. The address is verified as allauth wants it."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person-{n}")
    name = factory.Sequence(lambda n: f"Handläggare {n}")
    title = factory.SelfAttribute("name")
    email = factory.LazyAttribute(lambda user: f"{user.username}@kommunen.example")
    password = factory.LazyFunction(_hashed_password)

    @factory.post_generation
    def verified(user: User, create: bool, extracted: bool | None, **kwargs: object) -> None:  # noqa: N805  (factory-boy gives the user)
        if create and extracted is not False and user.email:
            user.emailaddress_set.create(email=user.email, verified=True, primary=True)


class AppointmentFactory(factory.django.DjangoModelFactory):
    """Given long ago, until further notice, for the whole municipality."""

    class Meta:
        model = Appointment

    user = factory.SubFactory(UserFactory)
    role = R.STRATEGIST
    starts_on = LONG_AGO


class AbsenceFactory(factory.django.DjangoModelFactory):
    """Away today and the fourteen days after it, with nobody who covers."""

    class Meta:
        model = Absence

    user = factory.SubFactory(UserFactory)
    starts_on = factory.LazyFunction(timezone.localdate)
    ends_on = factory.LazyAttribute(lambda absence: absence.starts_on + timedelta(days=14))


@dataclass(frozen=True)
class Cast:
    """A small organisation. `cast.owner` and `cast["owner"]` are the same person."""

    committee: Unit
    department: Unit
    unit: Unit
    central: Unit

    owner: User  # applies for channels; works in `unit`
    deputy: User  # works in `unit`
    nearest_manager: User  # manager of `unit`
    department_head: User  # manager of `department`
    chief_executive: User
    strategist: User  # works in `central`
    it_communications_manager: User  # manager of `central`
    registrar: User
    archivist: User
    administrator: User  # by appointment, as everybody: no flag says so
    outsider: User  # works in another department, has no role

    @property
    def applicant(self) -> User:
        """The owner is the one who applies."""
        return self.owner

    def __getitem__(self, name: str) -> User:
        return getattr(self, name)

    def people(self) -> Iterator[tuple[str, User]]:
        """Yield every person with the name of the part."""
        for field in fields(self):
            if isinstance(value := getattr(self, field.name), User):
                yield field.name, value


def _person(username: str, name: str, unit: Unit) -> User:
    return UserFactory.build(username=username, name=name, unit=unit)


def make_cast(starts_on: date | None = None) -> Cast:
    """Build the cast. Appointments start on the day, long ago when none is given.

    Written some rows at a time, with their history: two thousand tests begin with it.
    """
    committee = UnitFactory.build(name="Kulturnämnden", slug="kulturnamnden", kind=Unit.Kind.COMMITTEE)
    board = UnitFactory.build(name="Kommunstyrelsen", slug="kommunstyrelsen", kind=Unit.Kind.COMMITTEE)
    elsewhere = UnitFactory.build(name="Tekniska förvaltningen", slug="tekniska", kind=Unit.Kind.DEPARTMENT)
    department = UnitFactory.build(
        name="Kulturförvaltningen", slug="kulturforvaltningen", kind=Unit.Kind.DEPARTMENT, parent=committee
    )
    office = UnitFactory.build(name="Kommunledningen", slug="kommunledningen", kind=Unit.Kind.DEPARTMENT, parent=board)
    unit = UnitFactory.build(name="Biblioteksenheten", slug="biblioteksenheten", parent=department)
    central = UnitFactory.build(name="Kommunikationsenheten", slug="kommunikationsenheten", parent=office, central=True)
    for level in ([committee, board, elsewhere], [department, office], [unit, central]):
        bulk_create_with_history(level, Unit)

    cast = Cast(
        committee=committee,
        department=department,
        unit=unit,
        central=central,
        owner=_person("kontoansvarig", "Bibliotekarie", unit),
        deputy=_person("ersattare", "Biblioteksassistent", unit),
        nearest_manager=_person("bibliotekschef", "Bibliotekschef", unit),
        department_head=_person("forvaltningschef", "Kulturförvaltningschef", department),
        chief_executive=_person("kommunchef", "Kommunchef", office),
        strategist=_person("strateg", "Kommunikationsstrateg", central),
        it_communications_manager=_person("it-chef", "IT- och kommunikationschef", central),
        registrar=_person("registrator", "Registrator", office),
        archivist=_person("arkivarie", "Arkivarie", office),
        administrator=_person("administrator", "Systemadministratör", central),
        outsider=_person("utomstaende", "Gatuingenjör", elsewhere),
    )
    people = [user for _part, user in cast.people()]
    bulk_create_with_history(people, User)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in people
    )
    managed = {
        unit: cast.nearest_manager,
        department: cast.department_head,
        office: cast.chief_executive,
        central: cast.it_communications_manager,
    }
    for place, manager in managed.items():
        place.manager = manager
    bulk_update_with_history(list(managed), Unit, ["manager"])
    starts_on = starts_on or LONG_AGO
    given = (
        R.CHIEF_EXECUTIVE,
        R.STRATEGIST,
        R.IT_COMMUNICATIONS_MANAGER,
        R.REGISTRAR,
        R.ARCHIVIST,
        R.ADMINISTRATOR,
    )
    appointments = [AppointmentFactory.build(user=cast[role.value], role=role, starts_on=starts_on) for role in given]
    bulk_create_with_history(appointments, Appointment)
    return cast
