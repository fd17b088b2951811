"""Models of the register: platforms, channels with dated addresses, pending changes, applications and decisions."""

from channels.models.application import Application, ApprovalStep, Attachment, Decision
from channels.models.channel import Channel, ChannelAddress, ChannelAdministrator, ChannelChange, DisplayItem, Platform

__all__ = [
    "Application",
    "ApprovalStep",
    "Attachment",
    "Channel",
    "ChannelAddress",
    "ChannelAdministrator",
    "ChannelChange",
    "Decision",
    "DisplayItem",
    "Platform",
]
