"""What every list and page of the browser admin has in common: a thin door that removes nothing.

`StaffAdmin` is for all; `LookOnly` shows; `KeptAdmin` lets plain facts be corrected and writes an event about each
correction. What has a workflow is changed by admin actions (`StaffAdmin.let`), which call the same actions as the pages.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import display_for_field, flatten_fieldsets
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from kommun import parties
from kommun.actor import actor_of
from kommun.errors import DomainError
from kommun.events import events_about, record

MOST_REASONS = 10  # refusals that are told one by one
SEES_ALL, STEERS, KEEPS_REGISTER = "kommun.administer", "kommun.steer", "kommun.keep_register"


class CappedPaginator(Paginator):
    """Counts no further than 10,000 rows, so that a list costs the same however long the table has become."""

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        """Return how many rows can be paged through."""
        return min(self._seen, self.MOST)

    @cached_property
    def capped(self) -> bool:
        """Return True when there are more rows than can be paged through."""
        return self._seen > self.MOST

    @cached_property
    def _seen(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: self.MOST + 1].count())


class StaffAdmin(admin.ModelAdmin):
    """One kind of row in the browser admin.

    `group` and `order`: where it stands on the first page. `seen_by` and `changed_by`: the permission, by appointment, to
    look and to add or change. `nothing_yet`: what an empty list says to do. `guarded`: `get_queryset` holds only what the
    person may read in the product, and what points at a row (events, obligations) is shown to nobody else (`seen`).
    """

    group = "log"
    order = 50
    seen_by = SEES_ALL
    changed_by = SEES_ALL
    nothing_yet: Any = ""
    guarded = False
    joined: tuple[str, ...] = ()  # relations that every page of the rows needs, beside `list_select_related`

    paginator = CappedPaginator
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    view_on_site = False  # it would only lead away: `links` says where

    # --- Who ----------------------------------------------------------------------------------------------------------

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return request.user.has_perm(self.seen_by) or request.user.has_perm(self.changed_by)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.changed_by)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return request.user.has_perm(self.changed_by)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse: rows end or are closed, and what has been stays."""
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Let an address ask only for what the list's own filters ask for: `?password__startswith=` would be an oracle."""
        offered: set[Any] = {self.date_hierarchy}
        for one in self.list_filter:
            if isinstance(one, type):  # a filter of our own, which reads its parameter itself
                offered.add(getattr(one, "parameter_name", None))
            else:
                offered.add(one[0] if isinstance(one, (list, tuple)) else one)
        return lookup.partition("__")[0] in offered and super().lookup_allowed(lookup, value, request)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Return the rows with what their names say, in one query. The text of a policy version is never part of a name."""
        rows: models.QuerySet[Any] = super().get_queryset(request)
        listed = self.list_select_related if isinstance(self.list_select_related, (list, tuple)) else ()
        joined = [*dict.fromkeys((*listed, *self.joined))]
        texts = [
            f"{name}__{text}" for name in joined if name.endswith("policy_version") for text in ("content", "original")
        ]
        return rows.select_related(*joined).defer(*texts) if joined else rows

    def reads_all(self, request: HttpRequest) -> bool:
        """Return whether the person may read every row of a guarded kind, but those that they have a stake in."""
        return not self.guarded

    def seen(self, request: HttpRequest, prefix: str = "") -> models.Q:
        """Return the condition for rows that point at something by label and id: nothing that the person may not read.

        Of a guarded kind it is all or nothing: whoever reads only some finds what was done with them on their own pages. So a
        long list is not compared row by row. `prefix`: the way to the row that points.
        """
        hidden = [
            model._meta.label_lower
            for model, one in self.admin_site._registry.items()
            if model is not self.model and isinstance(one, StaffAdmin) and not one.reads_all(request)
        ]
        found = ~models.Q(**{f"{prefix}subject_type__in": hidden}) if hidden else models.Q()
        return found & ~parties.kept_from(request.user, prefix)

    # --- What the pages say --------------------------------------------------------------------------------------------

    def links(self, obj: Any) -> list[tuple[Any, str]]:
        """Return the product's own pages about the row: label and address."""
        if not hasattr(obj, "get_absolute_url"):
            return []
        return [(_("Öppna i arbetsytan"), obj.get_absolute_url())]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = capfirst(str(self.opts.verbose_name_plural))
        answer: HttpResponse = super().changelist_view(request, {"title": title, **(extra_context or {})})
        return answer

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        obj = kwargs.get("obj")
        context["links"] = self.links(obj) if obj else []
        return super().render_change_form(request, context, *args, **kwargs)

    def row(self, request: HttpRequest, object_id: str) -> Any:
        """Return the row when the person may see it. Raises Http404 otherwise, and for what can be no row's id."""
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        return found

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show the events about the row, newest first; where the library keeps old rows it shows them instead."""
        obj = self.row(request, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Historik: %(row)s") % {"row": obj},
            "object": obj,
            "opts": self.opts,
            "events": events_about(obj).order_by("-pk")[:200],
        }
        return TemplateResponse(request, "admin/events.html", context)

    # --- Acts -----------------------------------------------------------------------------------------------------------

    def let(self, request: HttpRequest, rows: Iterable[Any], act: Callable[[Any], object], done: str) -> None:
        """Let an action loose on each row, say how many it was done for (`done` has %(count)s), and why not for the rest."""
        count, refused = 0, []
        for row in rows:
            name = str(row)  # before the act: a row that is thrown away has no name afterwards
            try:
                act(row)
                count += 1
            except DomainError as refusal:
                refused.append(f"{name}: {refusal}")
        if count:
            self.message_user(request, done % {"count": count}, messages.SUCCESS)
        for reason in refused[:MOST_REASONS]:
            self.message_user(request, reason, messages.WARNING)
        if more := refused[MOST_REASONS:]:
            text = ngettext("Och %(count)s till gick inte.", "Och %(count)s till gick inte.", len(more))
            self.message_user(request, text % {"count": len(more)}, messages.WARNING)

    def asked(
        self, request: HttpRequest, rows: models.QuerySet[Any], *, action: str, question: Any, button: Any, follows: Any
    ) -> HttpResponse | None:
        """Return the page that asks "sure?" with what follows, or None when the person has said yes."""
        if request.POST.get("sure"):
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": question,
            "opts": self.opts,
            "rows": list(rows[:100]),
            "action": action,
            "button": button,
            "follows": follows,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/sure.html", context)


class LookOnly(StaffAdmin):
    """Shows rows; adds and changes none. Admin actions may still act on them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class HistoryAdmin(SimpleHistoryAdmin, StaffAdmin):
    """Shows what a row looked like, and never puts it back.

    The library would save the old row for anybody who may look at it: past the actions, their rules and their events.
    """

    history_list_per_page = 50

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show the library's page, for a row that the person may see: the library would also look among what is gone."""
        request._history_of = self.row(request, object_id)  # type: ignore[attr-defined]
        answer: HttpResponse = SimpleHistoryAdmin.history_view(self, request, object_id, extra_context)
        return answer

    def set_history_delta_changes(
        self,
        request: HttpRequest,
        historical_records: Iterable[Any],
        foreign_keys_are_objs: bool = True,  # noqa: FBT001, FBT002  (the library's)
    ) -> None:
        """Tell what was changed of what the row's own page shows to this person: the library would tell all of it."""
        obj = request._history_of  # type: ignore[attr-defined]  # `history_view` puts it there
        shown = set(flatten_fieldsets(self.get_fieldsets(request, obj)))
        for newer, older in pairwise(historical_records):
            fields = [one.name for one in newer.tracked_fields if one.editable and one.name in shown]
            delta = newer.diff_against(older, included_fields=fields, foreign_keys_are_objs=foreign_keys_are_objs)
            helper = self.get_historical_record_context_helper(request, newer)
            newer.history_delta_changes = helper.context_for_delta_changes(delta)

    def revert_disabled(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Offer no button."""
        return True

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Show one old row as facts: the fields that the row's own page shows to this person."""
        if request.method == "POST":
            raise PermissionDenied
        obj = self.row(request, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        old = get_object_or_404(self.model.history.model, history_id=version_id, **{self.opts.pk.attname: obj.pk})
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("%(row)s som den såg ut %(day)s")
            % {"row": obj, "day": date_format(timezone.localtime(old.history_date), "Y-m-d H:i")},
            "object": obj,
            "opts": self.opts,
            "old": old,
            "facts": list(self._facts(request, obj, old)),
        }
        return TemplateResponse(request, "admin/old_row.html", context)

    def _facts(self, request: HttpRequest, obj: models.Model, old: Any) -> Iterator[tuple[str, Any]]:
        shown = set(flatten_fieldsets(self.get_fieldsets(request, obj)))
        for field in old.tracked_fields:
            if field.name not in shown:
                continue
            if not field.is_relation:
                yield field.verbose_name, display_for_field(getattr(old, field.name), field, "–")
                continue
            try:
                yield field.verbose_name, getattr(old, field.name) or "–"
            except ObjectDoesNotExist:  # of a row that a disposal has removed the number remains
                yield field.verbose_name, getattr(old, field.attname)


class LookHistory(LookOnly, HistoryAdmin):
    """Shows rows and what they have looked like."""


class RecordsChanges(StaffAdmin):
    """Plain facts that staff correct: saved under a lock, with an event that says which fields were changed."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's)
        """Save, and write it down. Nothing is saved or written when nothing was changed."""
        with transaction.atomic():
            changed = sorted(form.changed_data)
            if change:  # a form thinks that an empty list was changed
                before = self.model._default_manager.select_for_update(of=("self",)).get(pk=obj.pk)
                changed = [name for name in changed if getattr(before, name) != getattr(obj, name)]
            if change and not changed:
                return
            super().save_model(request, obj, form, change)
            kind = f"{obj._meta.model_name}.{'changed' if change else 'added'}"
            record(kind, subject=obj, actor=actor_of(request, "admin"), data={"fields": changed})


class KeptAdmin(RecordsChanges, HistoryAdmin):
    """Plain facts with history."""


class LookInline(admin.StackedInline):
    """Rows that belong to the one on the page, to look at. Whoever sees the page sees them.

    Not as a table: its empty headings say nothing to those who listen.
    """

    extra = 0
    can_delete = False
    show_change_link = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ChoiceFilter(admin.SimpleListFilter):
    """A filter with answers that are known beforehand. Asks the database nothing to be drawn."""

    answers: Sequence[tuple[str, Any]] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return self.answers


def link_to(obj: models.Model | None, text: Any = "") -> SafeString | str:
    """Return a link to the row's page in the admin, a dash for nothing."""
    if obj is None:
        return "–"
    address = reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])
    return format_html('<a href="{}">{}</a>', address, text or obj)
