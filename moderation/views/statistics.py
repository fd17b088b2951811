"""Statistics: for those who work with the channels, and for everybody."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from accounts.organisation import organisation_of
from channels.exporting import CONTENT_TYPES, CSV, written
from channels.models import Channel
from channels.views.application_pages import signed_in
from channels.views.public import revalidated
from kommun.components import Column
from kommun.half_years import half_key, half_name
from moderation.queries import reach_of
from moderation.statistics import figures
from moderation.statistics.charts import chart
from moderation.statistics.figures import Line, Measure, Tables
from moderation.statistics.suppression import FEW

F = figures


@login_required
@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """Show the figures of the channels within reach: all together for those who see everything, else one at a time."""
    reach = reach_of(signed_in(request), organisation_of(request))
    channels = list(figures.channels_within(reach))
    channel = _channel(request, channels, everything=reach.everything)
    if not channels:
        return render(request, "moderation/statistics.html", {"channels": channels})
    tables = figures.staff_tables(
        reach, half=request.GET.get("halvar", ""), channel=channel.pk if channel else None, today=timezone.localdate()
    )
    context = {
        **_context(request, tables, rule=F.OF_RULE, channel=F.ALL),
        "channels": channels,
        "channel": channel,
        "everything": reach.everything,
    }
    return render(request, "moderation/statistics.html", context)


def _channel(request: HttpRequest, channels: Sequence[Channel], *, everything: bool) -> Channel | None:
    """Return the channel that is asked for; for none, all together (None) where one may see that, else the first."""
    asked = next((row for row in channels if str(row.pk) == request.GET.get("kanal")), None)
    return asked or (None if everything or not channels else channels[0])


@login_required
@require_safe
def statistics_csv(request: HttpRequest) -> HttpResponse:
    """Hand out every figure within reach as a file. 404 for those who have none."""
    reach = reach_of(signed_in(request), organisation_of(request))
    if not figures.channels_within(reach).exists():
        raise Http404
    with override("sv"):
        response = _file(figures.staff_lines(reach))
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@revalidated
def public(request: HttpRequest) -> HttpResponse:
    """Show everybody how much is hidden and how soon questions are answered. No case, no text and no person is in it."""
    tables = figures.public_tables(half=request.GET.get("halvar", ""), today=timezone.localdate())
    context = {
        **_context(request, tables, rule=F.PUBLIC_RULE, channel=F.PUBLIC_CHANNEL),
        "few": FEW,
        "canonical": settings.SITE_URL + reverse("moderation:public_statistics"),
        "noindex": "halvar" in request.GET,
    }
    return render(request, "moderation/public_statistics.html", context)


@require_safe
@revalidated
def public_csv(_request: HttpRequest) -> HttpResponse:
    """Hand out what the public page shows, of every half-year, as open data."""
    with override("sv"):
        return _file(figures.public_lines())


def _file(lines: Iterable[Line]) -> HttpResponse:
    header = [_("Halvår"), _("Kanal"), _("Regel"), *(str(measure.label) for measure in F.ALL)]
    rows = (
        [
            half_key(line.starts_on),
            line.channel,
            line.rule,
            *("" if one is None else F.text_of(one) for one in line.values),
        ]
        for line in lines
    )
    response = HttpResponse(written(CSV, header, rows), content_type=CONTENT_TYPES[CSV])
    response["Content-Disposition"] = 'attachment; filename="statistik.csv"'
    return response


def _context(
    request: HttpRequest, tables: Tables, *, rule: Sequence[Measure], channel: Sequence[Measure]
) -> dict[str, Any]:
    """Return what the two pages share: each table with its drawing."""
    half = figures.chosen_half(request.GET.get("halvar", ""), tables.halves, timezone.localdate())
    name = half_name(half)
    over_time = (F.ALL, tables.over_time)
    by_rule, by_channel = _("Dolda inlägg per regel: %(half)s"), _("Ärenden per kanal: %(half)s")
    return {
        "tables": tables,
        "half": half_key(half),
        "half_name": name,
        "halves": [(half_key(day), half_name(day)) for day in tables.halves],
        "parts": [
            _part("tid", _("Hur mycket"), _("Halvår"), over_time, (F.CASES, F.HIDDEN, F.ANSWERED, F.APPEALS), 2),
            _part("fort", _("Hur fort"), _("Halvår"), over_time, (F.TO_HIDE, F.TO_ANSWER), 2),
            _part("klockor", _("I tid eller inte"), _("Halvår"), over_time, (F.KEPT, F.MISSED), 2),
            _part("regler", by_rule % {"half": name}, _("Regel"), (rule, tables.rules), rule, 1),
            _part("kanaler", by_channel % {"half": name}, _("Kanal"), (channel, tables.channels), channel, 2),
        ],
        "more_channels": tables.all_channels - len(tables.channels),
    }


def _part(
    key: str,
    title: str,
    first: str,
    source: tuple[Sequence[Measure], Sequence[Line]],
    told: Sequence[Measure],
    bars: int,
) -> dict[str, Any]:
    """Return a table of the `told` measures of some lines, and a drawing of the first `bars` of them."""
    measures, lines = source
    places = [list(measures).index(measure) for measure in told]
    picked = [replace(line, values=tuple(line.values[place] for place in places)) for line in lines]
    return {
        "key": key,
        "title": title,
        "chart": chart(title, picked, told[:bars]),
        "columns": [Column(first), *(Column(measure.label, right=True) for measure in told)],
        "rows": [line.cells for line in picked],
    }
