"""Models of the register: platforms, channels with dated addresses, changes, applications, and what is due."""

from channels.models.application import Application, ApprovalStep, Attachment, Decision
from channels.models.channel import Channel, ChannelAddress, ChannelAdministrator, ChannelChange, DisplayItem, Platform
from channels.models.imports import ImportRow, ImportRun
from channels.models.obligation import Obligation, ObligationNotice
from channels.models.upkeep import AccessTest, Attestation, Confirmation
from channels.models.watch import Activity, WatchTick

__all__ = [
    "AccessTest",
    "Activity",
    "Application",
    "ApprovalStep",
    "Attachment",
    "Attestation",
    "Channel",
    "ChannelAddress",
    "ChannelAdministrator",
    "ChannelChange",
    "Confirmation",
    "Decision",
    "DisplayItem",
    "ImportRow",
    "ImportRun",
    "Obligation",
    "ObligationNotice",
    "Platform",
    "WatchTick",
]
