"""Models of the municipality: who it is, its policy versions, its events."""

from kommun.models.event import Event, EventSeal
from kommun.models.mail import DemoMail
from kommun.models.municipality import Municipality

__all__ = ["DemoMail", "Event", "EventSeal", "Municipality"]
