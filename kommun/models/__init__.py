"""Models of the municipality: who it is, its policy versions, its events."""

from kommun.models.event import Event, EventSeal
from kommun.models.mail import DemoMail, OutgoingMail
from kommun.models.municipality import Municipality
from kommun.models.policy import PolicyVersion
from kommun.models.publication import PublicationDue

__all__ = ["DemoMail", "Event", "EventSeal", "Municipality", "OutgoingMail", "PolicyVersion", "PublicationDue"]
