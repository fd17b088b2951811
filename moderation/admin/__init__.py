"""Cases and what is around them in the browser admin: to find and follow. They are handled on their own pages."""

from moderation.admin import around, cases, talk, templates

__all__ = ["around", "cases", "talk", "templates"]
