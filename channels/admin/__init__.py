"""The register in the browser admin: to look at, with history. State changes are made on the register's own pages."""

from channels.admin import applications, clock, register, upkeep

__all__ = ["applications", "clock", "register", "upkeep"]
