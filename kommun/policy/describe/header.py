"""The document itself in words: who adopted it, when, whom it binds. The rulebook and the comparison both say it."""

from datetime import date

from django.utils.translation import gettext as _

from kommun import words
from kommun.policy.compiled import Policy
from kommun.policy.document import Revision


def facts(policy: Policy) -> list[tuple[str, list[str]]]:
    """Return (term, what the document says) for each fact, with an empty list where it is silent."""
    header = policy.header
    bound = {how: [one.who for one in header.bound if one.how == how] for how in ("bound", "advised")}
    return [
        (_("Kommun"), [header.municipality_name]),
        (_("Antaget av"), _given(header.adopted_by)),
        (_("Antaget den"), _day(header.adopted_on)),
        (_("Beslut"), _given(header.decision)),
        (_("Diarienummer"), _given(header.registration_number)),
        (_("Ändrat"), [_revision(one) for one in header.revisions]),
        (_("Ses över senast"), _day(header.review_on)),
        (_("Ansvarar för dokumentet"), _given(policy.owner)),
        (_("Binder"), bound["bound"]),
        (_("Ger råd till"), bound["advised"]),
        (_("Bygger på"), list(header.norms)),
    ]


def _given(text: str | None) -> list[str]:
    return [text] if text else []


def _day(day: date | None) -> list[str]:
    return [words.day_full(day)] if day else []


def _revision(revision: Revision) -> str:
    text = _("%(day)s av %(who)s") % {"day": words.day_full(revision.decided_on), "who": revision.decided_by}
    return f"{text} ({revision.decision})" if revision.decision else text
