"""Whether the files that are kept are what they were."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Appointment
from accounts.organisation import organisation_of
from archive import fixity_queries
from channels.views.application_pages import signed_in
from kommun.errors import NotPermitted

R = Appointment.Role
SEES = (R.ARCHIVIST, R.STRATEGIST, R.ADMINISTRATOR)


@never_cache
@login_required
@require_safe
def fixity(request: HttpRequest) -> HttpResponse:
    """Show how many files have been checked, which are damaged, and how one is restored. Numbers, never what they say."""
    if not organisation_of(request).holds_any(signed_in(request), *SEES):
        raise NotPermitted(_("Sidan är för arkivarien och för driften."))
    context = {"report": fixity_queries.report(), "damaged": fixity_queries.damaged()}
    return render(request, "archive/fixity.html", context)
