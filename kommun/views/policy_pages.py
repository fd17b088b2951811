"""The rulebook, open to everybody: what holds, what held, the file it came from."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kommun import policy
from kommun import rulebook as book
from kommun.models import PolicyVersion
from kommun.policy import loader, queries
from kommun.policy.lookup import compile_version
from kommun.policy.schema import SCHEMA_FILE

LONGEST_SEARCH = 100
MOST_DIGITS = 9  # of a version's number: what the column holds


def base_for(request: HttpRequest) -> str:
    """Return the frame of a page that everybody may read: with the menu for those who are signed in."""
    return "base.html" if request.user.is_authenticated else "base_public.html"


@require_safe
def rulebook(request: HttpRequest) -> HttpResponse:
    """Show the policy in force, or with `?version=` another one. `?sok=` keeps the rules that have the words."""
    today = timezone.localdate()
    in_force = policy.in_force(today)
    version = _asked_version(request) or in_force
    context: dict[str, Any] = {"base": base_for(request), "version": version, "in_force": in_force}
    if version is None:
        return render(request, "kommun/rulebook_none.html", context)
    search = " ".join(request.GET.get("sok", "").replace("\x00", "").split())[:LONGEST_SEARCH]
    context |= {
        "book": book.build(compile_version(version), today=today, search=search),
        "search": search,
        "versions": queries.visible_to(request.user).order_by("-number")[:20],
        "review": policy.policy_review_due(today) if version == in_force else None,
        "holds": version.is_in_force(today),
    }
    return render(request, "kommun/rulebook.html", context)


def _asked_version(request: HttpRequest) -> PolicyVersion | None:
    asked = request.GET.get("version", "").strip()
    if not asked:
        return None
    if not asked.isascii() or not asked.isdigit() or len(asked) > MOST_DIGITS:
        raise Http404
    return get_object_or_404(queries.visible_to(request.user), number=int(asked))


@require_safe
def policy_schema(request: HttpRequest) -> HttpResponse:
    """Answer the JSON Schema of a policy file, for editors that check while one writes."""
    return HttpResponse(SCHEMA_FILE.read_bytes(), content_type="application/schema+json")


@require_safe
def policy_file(request: HttpRequest, number: int) -> HttpResponse:
    """Answer the file of a version as it was given."""
    version = get_object_or_404(queries.visible_to(request.user).defer(None), number=number)
    return _toml(version.original, f"regelverk-{version.municipality}-{version.number}.toml")


@require_safe
def policy_preset(request: HttpRequest, name: str) -> HttpResponse:
    """Answer one of the policies that come with the product, to write another from."""
    if name not in loader.preset_names():
        raise Http404
    return _toml((loader.PRESETS / f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml")


def _toml(text: str, filename: str) -> HttpResponse:
    return HttpResponse(
        text,
        content_type="application/toml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )
