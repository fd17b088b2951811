"""What the admin of cases has in common: rows of the cases that the person may read, to look at.

Cases are handled on their own pages. Here they are found, and what people wrote, what was saved and what anybody said about
it stays where reading is asked for and written down.
"""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.organisation import organisation_of
from kommun.admin_kit import KEEPS_REGISTER, LookOnly, link_to
from moderation.models import Case
from moderation.reach import Reach, reach_of


def reach_in(request: HttpRequest) -> Reach:
    """Return what the person reads today, worked out once for each request."""
    found: Reach | None = getattr(request, "_reach_of_cases", None)
    if found is None:
        assert isinstance(request.user, User)  # noqa: S101  (the admin lets nobody else in)
        found = reach_of(request.user, organisation_of(request))
        request._reach_of_cases = found  # type: ignore[attr-defined]  # kept where the request is, for as long as it is
    return found


class OfCases(LookOnly):
    """Rows of the cases that the person may read. `way`: how the case is found from them.

    A system administrator comes in and finds nothing by that role; nobody finds what they have a stake in.
    """

    group, seen_by, guarded = "moderation", KEEPS_REGISTER, True
    way = "case__"
    list_select_related = ["case__channel"]
    search_help_text = _("Sök på ärendets nummer eller på kanalen.")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(self.within(request))

    def reads_all(self, request: HttpRequest) -> bool:
        return reach_in(request).everything

    def within(self, request: HttpRequest) -> Q:
        """Return the condition for the rows that the person may read."""
        return reach_in(request).within(self.way)

    def links(self, obj: Any) -> list[tuple[Any, str]]:
        """Lead to the row's own page, and to the case, where it is handled."""
        case: Case | None = getattr(obj, "case", None)
        found = [(_("Öppna ärendet i arbetsytan"), case.get_absolute_url())] if case else []
        return [*super().links(obj), *found]

    @admin.display(description=_("ärende"), ordering="case")
    def of_case(self, obj: Any) -> SafeString | str:
        """Link to the case; in words that say what kind of thing it is, never what was written."""
        return link_to(obj.case)

    @admin.display(description=_("kanal"), ordering="case__channel__name")
    def in_channel(self, obj: Any) -> str:
        """Return the name of the channel."""
        return str(obj.case.channel.name)
