"""Small numbers are not told to the public: few cases in a small place can point at a person. Pure.

Where a sum is told, hiding one small number alone would tell it after all. So something beside it is hidden too, until
what is hidden together is at least FEW and at least two numbers.
"""

from collections.abc import Sequence
from enum import Enum

from django.utils.translation import gettext_lazy as _

FEW = 5


class Hidden(Enum):
    """Why a number is not told."""

    FEW = "few"
    BESIDE = "beside"  # it would give away a small number next to it


WORDS = {Hidden.FEW: _("färre än 5"), Hidden.BESIDE: _("visas inte")}
Shown = int | Hidden


def told(count: int) -> Shown:
    """Return the number, or that it is too small to tell. Nothing at all is told: there is nobody to point at."""
    return Hidden.FEW if 0 < count < FEW else count


def told_parts(parts: Sequence[int]) -> list[Shown]:
    """Return what may be told of the parts of a sum that is told too (`told`)."""
    hidden = {place for place, count in enumerate(parts) if 0 < count < FEW}
    others = sorted((count, place) for place, count in enumerate(parts) if count >= FEW)
    beside: set[int] = set()
    while hidden and others and (len(hidden | beside) < 2 or sum(parts[place] for place in hidden | beside) < FEW):
        beside.add(others.pop(0)[1])
    return [
        Hidden.FEW if place in hidden else Hidden.BESIDE if place in beside else count
        for place, count in enumerate(parts)
    ]
