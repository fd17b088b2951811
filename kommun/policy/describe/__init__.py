"""A rule's value in plain Swedish, for the rulebook and for showing what a new version changes."""

from typing import Any

from django.utils.translation import gettext as _

from kommun.policy.base import Scope
from kommun.policy.compiled import Policy, Rule
from kommun.policy.describe import keeping, starting, talking
from kommun.policy.describe.base import DESCRIBERS, Part, Point, Teller, platform_name, sentence

__all__ = ["Part", "Point", "as_lines", "describe", "keeping", "scope_words", "starting", "talking"]


def describe(rule: Rule[Any], policy: Policy) -> list[Part]:
    """Return what the value means, part by part, with the names that the policy has for its roles."""
    return DESCRIBERS[rule.key](rule.value, Teller(policy))


def as_lines(rule: Rule[Any], policy: Policy) -> list[str]:
    """Return the value as lines of text, so that two versions of a rule can be laid side by side."""
    lines = []
    for part in describe(rule, policy):
        for number, point in enumerate(part.points, start=1):
            text = f"{number}. {point.text}" if part.ordered else point.text
            strength = f"({point.strength.label})" if point.strength else ""
            words = [sentence(text) if point.detail else text, point.detail, strength]
            lines.append(f"{part.label}: " + " ".join(word for word in words if word))
    return lines


def scope_words(scope: Scope) -> str:
    """Return where a rule applies, "plattformen Facebook"; nothing for the whole municipality."""
    said = []
    if scope.department:
        said.append(_("förvaltningen %(name)s") % {"name": scope.department})
    if scope.platform_kind:
        said.append(_("plattformen %(name)s") % {"name": platform_name(scope.platform_kind)})
    if scope.channel:
        said.append(_("kanalen %(name)s") % {"name": scope.channel})
    return ", ".join(said)
