"""Texts to begin with: found, followed through their versions, and written through the same acts as on their own page."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from kommun.admin_kit import KEEPS_REGISTER, ChoiceFilter, StaffAdmin
from kommun.forms import errors_beside_fields
from moderation.actions.templates import retire_template, save_template
from moderation.models import ReplyTemplate
from moderation.wording import template_categories


class InUseFilter(ChoiceFilter):
    """Whether it is what one begins with today."""

    title, parameter_name = _("läge"), "lage"
    answers = [("now", _("används nu")), ("earlier", _("tidigare versioner"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(replaced_at__isnull=self.value() == "now") if self.value() else queryset


class VersionForm(forms.ModelForm):
    """The next version of a text. The action decides; its reasons stand beside the fields."""

    class Meta:
        model = ReplyTemplate
        fields = ["purpose", "category", "title", "text"]
        help_texts = {"text": _("Luckor som fylls i: {channel}, {rule}, {law}, {until}, {municipality}.")}

    request: HttpRequest

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "category" in self.fields:
            rules = [("", gettext("Alla regler som inte har en egen")), *template_categories()]
            self.fields["category"] = forms.ChoiceField(label=gettext("kategori"), choices=rules, required=False)

    def clean(self) -> dict[str, Any]:
        """Write it through the action, so that the same rules hold at every door. The row itself stays as it is."""
        data = super().clean() or {}
        if self.errors:
            return data
        with errors_beside_fields(self):
            self.written = save_template(
                purpose=data.get("purpose", self.instance.purpose),
                category=data.get("category", self.instance.category),
                title=data["title"],
                text=data["text"],
                actor=Actor.from_request(self.request, "admin"),
            )
        return data

    def _post_clean(self) -> None:
        """Leave the row alone: it is written once, and the database would refuse to change it."""


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(StaffAdmin):
    """Texts in their versions. A change is the next version; what has been sent points at its own."""

    group, order, seen_by, changed_by = "rules", 30, KEEPS_REGISTER, "kommun.write_templates"
    nothing_yet = _("Ingen mall passar. Skriv en här, eller i arbetsytan under Granska, Mallar.")
    form = VersionForm
    list_display = ["title", "purpose", "category", "number", "in_use", "made_at", "made_by"]
    list_filter = [InUseFilter, "purpose", ("made_at", admin.DateFieldListFilter)]
    list_select_related = ["made_by"]
    search_fields = ["title", "text", "category", "made_by__name"]
    search_help_text = _("Sök på namn, ord i texten, kategori eller vem som skrev.")
    date_hierarchy = "made_at"
    readonly_fields = ["number", "made_at", "made_by", "replaced_at"]
    actions = ["retire"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only what is in use is written anew; an earlier version is what it was."""
        return super().has_change_permission(request) and (obj is None or obj.replaced_at is None)

    def get_fields(self, request: HttpRequest, obj: ReplyTemplate | None = None) -> Any:
        written = ["number", "made_at", "made_by", "replaced_at"] if obj else []
        return ["purpose", "category", "title", "text", *written]

    def get_readonly_fields(self, request: HttpRequest, obj: ReplyTemplate | None = None) -> Any:
        known = ["purpose", "category"] if obj else []
        return [*known, *self.readonly_fields]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  (Django's)
        """Give the form the request, for the actor."""
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"request": request})

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:  # noqa: FBT001  (Django's)
        """Go on with what the action has written."""
        return form.written

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's)
        """Save nothing: the action has."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001  (Django's)
        """Nothing belongs to a text."""

    def links(self, obj: ReplyTemplate) -> list[tuple[Any, str]]:
        named = [obj.purpose, obj.category] if obj.category else [obj.purpose]
        name = "moderation:template_of_rule" if obj.category else "moderation:template"
        return [(_("Öppna i arbetsytan, med alla versioner"), reverse(name, args=named))]

    @admin.display(description=_("används nu"), boolean=True, ordering="replaced_at")
    def in_use(self, obj: ReplyTemplate) -> bool:
        """Whether it is what one begins with."""
        return obj.replaced_at is None

    @admin.action(description=_("Ta ur bruk"), permissions=["change"])
    def retire(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Use the chosen ones no longer, when the person is sure."""
        page = self.asked(
            request,
            queryset,
            action="retire",
            question=_("Ta mallar ur bruk?"),
            button=_("Ja, ta ur bruk"),
            follows=_(
                "Mallen för alla regler, eller Kanalkollens egen text, används i stället. Det som är skickat ändras inte."
            ),
        )
        if page is None:
            actor = Actor.from_request(request, "admin")
            done = gettext("%(count)s mall tagen ur bruk.")
            self.let(request, queryset, lambda row: retire_template(template_id=row.pk, actor=actor), done)
        return page
