"""The municipality's people in the browser admin. Nothing is deleted: what has been is history.

Communications staff look at people and correct what a unit is called and how it is reached. Who decides what (managers,
registrars, where a unit belongs, roles, sign-ins) is the administrators': that is power over decisions.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import actions, queries
from accounts.actor import Actor
from accounts.appointing import end_appointment, give_appointment
from accounts.consequences import people_changed
from accounts.leaving import deactivate_person, reactivate_person, why_must_stay
from accounts.models import (
    Absence,
    Acknowledgement,
    Appointment,
    DigestDay,
    MailChoice,
    MailLine,
    Unit,
    UnitHandOver,
    User,
)
from kommun.admin_kit import KEEPS_REGISTER, SEES_ALL, STEERS, ChoiceFilter, KeptAdmin, LookHistory, LookOnly
from kommun.forms import errors_beside_fields

# Roles follow the organisation, not groups; factors, addresses and providers' tokens are the person's own.
for model in (Group, EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class BelowFilter(admin.SimpleListFilter):
    """The committee or department that a row belongs to, however many levels up. Two queries, whatever the size."""

    title, parameter_name = _("nämnd eller förvaltning"), "under"
    unit_field = "unit"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        upper = Unit.objects.exclude(kind=Unit.Kind.UNIT).values_list("pk", "name")[:200]
        return [(str(pk), name) for pk, name in upper]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if not (self.value() or "").isdecimal():
            return queryset
        below: dict[int | None, list[int]] = {}
        for pk, parent in Unit.objects.values_list("pk", "parent_id"):
            below.setdefault(parent, []).append(pk)
        found, todo = set(), [int(self.value() or 0)]
        while todo:
            pk = todo.pop()
            if pk not in found:
                found.add(pk)
                todo += below.get(pk, [])
        return queryset.filter(**{f"{self.unit_field}__in": found})


class BelowUnitFilter(BelowFilter):
    """The same for the units themselves."""

    unit_field = "pk"


class UnitForm(forms.ModelForm):
    """A unit, with its place in the organisation."""

    def clean_parent(self) -> Unit | None:
        """Refuse a unit below this one: nobody would be above either of them."""
        parent: Unit | None = self.cleaned_data["parent"]
        if parent is not None and self.instance in parent.ancestors():
            raise forms.ValidationError(_("Välj en enhet som inte själv hör till den här enheten."))
        return parent


@admin.register(Unit)
class UnitAdmin(KeptAdmin):
    """Units. What a unit is called is the communications staff's too; who decides for it is not."""

    group, order, seen_by, changed_by = "organisation", 20, KEEPS_REGISTER, STEERS
    nothing_yet = _("Ingen enhet passar. Lägg till den, eller läs in en lista under Import och export i arbetsytan.")
    form = UnitForm
    list_display = ["name", "kind", "parent", "manager", "registrar", "central"]
    list_filter = ["kind", "central", BelowUnitFilter]
    list_select_related = ["parent", "manager", "registrar"]
    search_fields = ["name", "slug", "manager__name"]
    search_help_text = _("Sök på enhetens namn eller på chefen.")
    autocomplete_fields = ["parent", "manager", "registrar"]
    prepopulated_fields = {"slug": ["name"]}
    deciding = ("slug", "parent", "manager", "registrar", "central")

    def links(self, obj: Unit) -> list[tuple[Any, str]]:
        return [(_("Visa på registersidan"), f"{reverse('channels:public_register')}?verksamhet={obj.slug}")]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(SEES_ALL)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave what decides about decisions to the administrators."""
        return () if request.user.has_perm(SEES_ALL) else self.deciding

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj else self.prepopulated_fields  # a key that others link to does not follow the name

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's)
        """Save, and see to what follows when somebody else manages the unit or is its registrar."""
        super().save_model(request, obj, form, change)
        people_changed(Actor.from_request(request, "admin"))


class PersonForm(forms.ModelForm):
    """Somebody new. The password is chosen by the person, from a mail."""

    class Meta:
        model = User
        fields = ["email", "name", "title", "unit", "phone"]

    email = forms.EmailField(
        label=_("E-postadress"),
        max_length=150,  # it is the user name too
        help_text=_("Personen loggar in med den och får ett brev nu."),
    )

    def clean_email(self) -> str:
        """Refuse an address that somebody has."""
        email: str = self.cleaned_data["email"].strip().lower()
        if queries.address_is_taken(email):
            raise forms.ValidationError(_("Någon annan har redan den adressen."))
        return email


class PersonChangeForm(forms.ModelForm):
    """Somebody who is there already."""

    request: HttpRequest

    def clean_is_active(self) -> bool:
        """Refuse to shut oneself out, or the only administrator."""
        active: bool = self.cleaned_data["is_active"]
        if not active and self.instance.is_active and (reason := why_must_stay(self.instance, timezone.localdate())):
            raise forms.ValidationError(reason)
        if not active and self.instance == self.request.user:
            raise forms.ValidationError(
                _("Du kan inte stänga av din egen inloggning. Be en annan systemadministratör.")
            )
        return active


@admin.register(User)
class UserAdmin(KeptAdmin):
    """People. An address is changed by its owner, because a changed address must be verified.

    The last day is said on the page of the person who leaves, where everything is handed over too.
    """

    group, order, seen_by = "organisation", 30, KEEPS_REGISTER
    nothing_yet = _("Ingen person passar. Sök på en del av namnet, befattningen eller e-postadressen.")
    list_display = ["name", "title", "unit", "email", "is_active"]
    list_filter = ["is_active", BelowFilter]
    list_select_related = ["unit"]
    search_fields = ["name", "title", "email", "unit__name"]
    autocomplete_fields = ["unit"]
    form = PersonChangeForm
    fields = ["name", "title", "unit", "phone", "email", "is_active", "leaves_on"]
    # Sign-ins are the administrators'. Nobody becomes superuser here: that is done on the server's command line.
    fields_of_sign_in = ["last_login", "is_superuser"]
    readonly_fields = ["email", "leaves_on", "last_login", "is_superuser"]
    add_fields = ["email", "name", "title", "unit", "phone"]
    actions = ["remove_second_factor"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for little when somebody is added, and show what concerns the sign-in to administrators alone."""
        if obj is None:
            return self.add_fields
        return [*self.fields, *self.fields_of_sign_in] if request.user.has_perm(SEES_ALL) else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Let the address be written once."""
        return self.readonly_fields if obj else []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  (Django's)
        """Use the short form for somebody new, and tell the other one who is asking."""
        form = super().get_form(request, obj, change, **(kwargs if obj else {**kwargs, "form": PersonForm}))
        return type(form.__name__, (form,), {"request": request})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's)
        """Add through the action, which verifies the address and sends the mail."""
        if change:
            self._save_known(request, obj, form)
            return
        data = form.cleaned_data
        added = actions.add_person(
            email=data["email"],
            name=data["name"],
            title=data["title"],
            unit_id=data["unit"].pk if data["unit"] else None,
            phone=data["phone"],
            actor=Actor.from_request(request, "admin"),
        )
        obj.pk, obj.username = added.pk, added.username

    def _save_known(self, request: HttpRequest, obj: Any, form: Any) -> None:
        """Save, and close or open the account through its action, so that the same follows at every door."""
        active = obj.is_active
        obj.is_active = form.initial.get("is_active", active)
        super().save_model(request, obj, form, change=True)
        actor = Actor.from_request(request, "admin")
        if active == obj.is_active:
            people_changed(actor)
            return
        act = reactivate_person if active else deactivate_person
        act(user_id=obj.pk, actor=actor)

    @admin.action(description=_("Ta bort andra faktorn (telefonen är borta)"), permissions=["change"])
    def remove_second_factor(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Let people who have lost their phone add a new factor at the next sign-in."""
        page = self.asked(
            request,
            queryset,
            action="remove_second_factor",
            question=_("Ta bort andra faktorn?"),
            button=_("Ja, ta bort"),
            follows=_(
                "Personen får ett brev och lägger till en ny faktor vid nästa inloggning. Förvissa dig först om vem det är."
            ),
        )
        if page is None:
            actor = Actor.from_request(request, "admin")
            done = gettext("%(count)s lägger till en ny faktor vid nästa inloggning.")
            self.let(request, queryset, lambda row: actions.remove_second_factor(user_id=row.pk, actor=actor), done)
        return page


class AppointmentForm(forms.ModelForm):
    """A role to give. The action decides; its reasons stand beside the fields."""

    class Meta:
        model = Appointment
        fields = ["user", "role", "unit", "starts_on", "ends_on"]

    request: HttpRequest

    def clean(self) -> dict[str, Any]:
        """Give it through the action, so that the same rules hold at every door."""
        data = super().clean() or {}
        if self.errors:
            return data
        with errors_beside_fields(self):
            self.given = give_appointment(
                user_id=data["user"].pk,
                role=data["role"],
                unit_id=data["unit"].pk if data["unit"] else None,
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
                actor=Actor.from_request(self.request, "admin"),
            )
        return data


class InForceFilter(ChoiceFilter):
    """Whether the role holds today."""

    title, parameter_name = _("när"), "nar"
    answers = [("now", _("gäller nu")), ("later", _("börjar senare")), ("over", _("avslutade"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        today = timezone.localdate()
        match self.value():
            case "now":
                return queryset.on(today)
            case "later":
                return queryset.filter(starts_on__gt=today)
            case "over":
                return queryset.filter(ends_on__lt=today)
        return queryset


class GivenByAction(KeptAdmin):
    """Rows that an action gives and another one ends; never edited."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to edit a row; the list and its actions stay open."""
        return obj is None and super().has_change_permission(request)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  (Django's)
        """Give the form the request, for the actor."""
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"request": request})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's)
        """Point at what the action has saved."""
        obj.pk = form.given.pk


@admin.register(Appointment)
class AppointmentAdmin(GivenByAction):
    """Roles with dates: given and ended, never edited."""

    group, order, seen_by = "organisation", 40, STEERS
    nothing_yet = _("Inget uppdrag passar. Ta bort ett filter för att se alla.")
    form = AppointmentForm
    list_display = ["role", "user", "unit", "starts_on", "ends_on"]
    list_filter = ["role", InForceFilter]
    list_select_related = ["user", "unit"]
    search_fields = ["user__name", "user__title", "unit__name"]
    autocomplete_fields = ["user", "unit"]
    date_hierarchy = "starts_on"
    actions = ["end"]

    @admin.action(description=_("Avsluta uppdraget"), permissions=["change"])
    def end(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """End the chosen ones now."""
        page = self.asked(
            request,
            queryset,
            action="end",
            question=_("Avsluta uppdrag?"),
            button=_("Ja, avsluta"),
            follows=_(
                "Personen kan inte längre göra det som uppdraget ger rätt till. Ett uppdrag som började i dag gäller dagen ut."
            ),
        )
        if page is None:
            actor = Actor.from_request(request, "admin")
            done = gettext("%(count)s uppdrag avslutat.")
            self.let(request, queryset, lambda row: end_appointment(appointment_id=row.pk, actor=actor), done)
        return page


class AbsenceAdminForm(forms.ModelForm):
    """Absence for somebody who cannot hand it in. The action decides; its reasons stand beside the fields."""

    class Meta:
        model = Absence
        fields = ["user", "starts_on", "ends_on", "substitute"]

    request: HttpRequest

    def clean(self) -> dict[str, Any]:
        """Hand in through the action, so that the same rules hold at every door."""
        data = super().clean() or {}
        if self.errors:
            return data
        with errors_beside_fields(self):
            self.given = actions.register_absence(
                user_id=data["user"].pk,
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
                substitute_id=data["substitute"].pk if data["substitute"] else None,
                actor=Actor.from_request(self.request, "admin"),
            )
        return data


@admin.register(Absence)
class AbsenceAdmin(GivenByAction):
    """Absence: handed in and taken back here too, never edited."""

    group, order, seen_by = "organisation", 50, STEERS
    nothing_yet = _("Ingen frånvaro passar. Ta bort ett filter för att se all.")
    form = AbsenceAdminForm
    list_display = ["user", "starts_on", "ends_on", "substitute", "created_at", "withdrawn_at"]
    list_filter = [("withdrawn_at", admin.EmptyFieldListFilter), ("starts_on", admin.DateFieldListFilter)]
    list_select_related = ["user", "substitute"]
    search_fields = ["user__name", "substitute__name"]
    autocomplete_fields = ["user", "substitute"]
    date_hierarchy = "starts_on"
    actions = ["withdraw"]

    @admin.action(description=_("Ta tillbaka frånvaron"), permissions=["change"])
    def withdraw(self, request: HttpRequest, queryset: Any) -> None:
        """Take back the chosen ones; each refusal is shown with its reason."""
        actor = Actor.from_request(request, "admin")
        done = gettext("%(count)s frånvaro återtagen.")
        self.let(request, queryset, lambda row: actions.withdraw_absence(absence_id=row.pk, actor=actor), done)


@admin.register(UnitHandOver)
class UnitHandOverAdmin(LookOnly):
    """Units that get another manager or registrar on a coming day. Written on the page of the person who leaves."""

    group, order, seen_by = "organisation", 60, STEERS
    nothing_yet = _("Ingen enhet väntar på att byta chef eller registrator.")
    list_display = ["unit", "role", "leaver", "successor", "takes_effect_on", "done_at"]
    list_filter = ["role"]
    list_select_related = ["unit", "leaver", "successor"]
    search_fields = ["unit__name", "leaver__name", "successor__name"]
    date_hierarchy = "takes_effect_on"


@admin.register(Acknowledgement)
class AcknowledgementAdmin(LookOnly):
    """What people have read. Written when they read, never here."""

    group, order, seen_by = "rules", 20, STEERS
    nothing_yet = _("Ingen har bekräftat att de har läst något än.")
    list_display = ["user", "document", "policy_version", "read_at"]
    list_filter = [("read_at", admin.DateFieldListFilter)]
    list_select_related = ["user", "policy_version"]
    search_fields = ["user__name", "document"]
    date_hierarchy = "read_at"


@admin.register(MailChoice)
class MailChoiceAdmin(LookHistory):
    """What each has ended of that which is no duty. Chosen by oneself, on Min profil; for those who help when mail is missed."""

    group, order = "log", 35
    nothing_yet = _("Ingen har avslutat något utskick. Var och en väljer på Min profil.")
    list_display = ["user", "soon", "copies"]
    list_filter = ["soon", "copies"]
    list_select_related = ["user"]
    search_fields = ["user__name"]


@admin.register(MailLine)
class MailLineAdmin(LookOnly):
    """Whom the clock has something to tell, and when it went out. What it is about stands at the obligation."""

    group, order, seen_by = "clock", 30, STEERS
    nothing_yet = _("Ingen rad passar. Klockan skriver en när någon ska få veta något.")
    fields = ["person", "covers_for", "obligation", "told_at", "expires_at", "mailed_at"]
    readonly_fields = ["obligation"]
    list_display = ["told_at", "person", "obligation", "expires_at", "mailed_at"]
    list_filter = [("mailed_at", admin.EmptyFieldListFilter), ("told_at", admin.DateFieldListFilter)]
    list_select_related = ["person"]
    joined = ("covers_for",)
    search_fields = ["person__name", "=about"]
    search_help_text = _("Sök på personen eller uppgiftens nummer.")
    ordering = ["-pk"]

    @admin.display(description=_("uppgift"), ordering="about")
    def obligation(self, obj: MailLine) -> SafeString:
        """Link to the obligation by its number: its page asks who is reading."""
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:channels_obligation_change", args=[obj.about]), obj.about
        )


@admin.register(DigestDay)
class DigestDayAdmin(LookOnly):
    """Days whose digests are written."""

    group, order, seen_by = "clock", 40, STEERS
    nothing_yet = _("Inga utskick är skrivna än. De skrivs klockan 07.30 varje arbetsdag.")
    list_display = ["day", "written_at", "letters"]
    list_filter = [("day", admin.DateFieldListFilter)]
    search_fields = ["=letters"]
    date_hierarchy = "day"
    ordering = ["-day"]
