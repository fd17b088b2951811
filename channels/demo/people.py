"""The municipality of the demo, its units and its people."""

from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts.actions import add_person
from accounts.actor import Actor
from accounts.models import Appointment, Unit, User
from accounts.setup import add_unit, appoint, make_administrator, put_in_charge
from channels.demo.content import Content
from kommun.actor import ActorLike
from kommun.events import record
from kommun.models import Municipality
from kommun.setup import register_municipality

# The password of everybody in the demo, which answers on this machine alone. `accounts.checks` refuses a production
# start while anybody of the demo can sign in.
PASSWORD = "kanalkollen-visar-allt"  # noqa: S105  (printed on the screen: it protects nothing)


def mail_domain(slug: str) -> str:
    """Return the domain of the demo's addresses. `.example` leads nowhere (RFC 2606)."""
    return f"{settings.DEMO_MAIL_PREFIX}{slug}.example"


class Organisation:
    """The units and the people that have been added, by their keys in the file."""

    def __init__(self) -> None:
        self.units: dict[str, Unit] = {}
        self.people: dict[str, User] = {}

    def acting(self, key: str) -> Actor:
        """Return the person as actor, through the door of the demo."""
        return Actor(self.people[key], door="demo")


def add_municipality(content: Content, actor: ActorLike) -> Municipality:
    """Register the municipality of the file."""
    about, domain = content.municipality, mail_domain(content.municipality.slug)
    return register_municipality(
        **about.model_dump(),
        contact_email=f"kommunen@{domain}",
        registrar_email=f"registrator@{domain}",
        actor=actor,
    )


def add_organisation(content: Content, actor: ActorLike) -> Organisation:
    """Add units, people, managers, registrars and roles, and return them."""
    found, domain = Organisation(), mail_domain(content.municipality.slug)
    for unit in content.units:  # a unit stands below its parent in the file
        parent = found.units.get(unit.parent)
        found.units[unit.key] = add_unit(
            name=unit.name,
            slug=unit.key,
            kind=unit.kind,
            parent_id=parent.pk if parent else None,
            email=f"{unit.key}@{domain}",
            central=unit.central,
            actor=actor,
        )
    hashed = make_password(PASSWORD)  # once: a good hash takes a third of a second
    for person in content.people:
        user = add_person(
            email=f"{person.key}@{domain}",
            name=person.title,
            title=person.title,
            unit_id=found.units[person.unit].pk,
            actor=actor,
        )
        user.password = hashed
        user.save(update_fields=["password"])
        record("person.demo_password_set", subject=user, actor=actor)
        found.people[person.key] = user
    _give_roles(content, found, actor)
    for key, user in found.people.items():
        found.people[key] = User.objects.select_related("unit").get(pk=user.pk)
    return found


def _give_roles(content: Content, found: Organisation, actor: ActorLike) -> None:
    for unit in content.units:
        manager, registrar = found.people.get(unit.manager), found.people.get(unit.registrar)
        if manager or registrar:
            put_in_charge(
                unit_id=found.units[unit.key].pk,
                manager_id=manager.pk if manager else None,
                registrar_id=registrar.pk if registrar else None,
                actor=actor,
            )
    since = content.appointed_on
    for person in content.people:
        for role in person.roles:
            user_id = found.people[person.key].pk
            if role == Appointment.Role.ADMINISTRATOR:
                make_administrator(user_id=user_id, starts_on=since, actor=actor)
            else:
                appoint(user_id=user_id, role=role, starts_on=since, actor=actor)
