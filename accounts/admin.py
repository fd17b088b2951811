"""The municipality's people in the admin, for system administrators. Nothing is deleted: what has been is history."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from accounts import actions
from accounts.actor import Actor
from accounts.models import Absence, Acknowledgement, Appointment, Unit, User
from kommun.errors import DomainError, InvalidInput
from kommun.events import record

# Without this the admin would have a sign-in of its own, without second factor and without limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = _("Kanalkollen")
admin.site.index_title = _("Hantera")

# Roles follow the organisation, not groups; factors, addresses and providers' tokens are the person's own.
for model in (Group, EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class KeptAdmin(SimpleHistoryAdmin):
    """Browse the history, delete nothing, and write an event about each change."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: rows get an end date or become inactive."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's)
        """Save, and say in the audit trail which fields changed."""
        super().save_model(request, obj, form, change)
        kind = f"{obj._meta.model_name}.{'changed' if change else 'added'}"
        record(kind, subject=obj, actor=Actor.from_request(request, "admin"), data={"fields": form.changed_data})


@admin.register(Unit)
class UnitAdmin(KeptAdmin):
    """Units."""

    list_display = ["name", "kind", "parent", "manager", "registrar", "central"]
    list_filter = ["kind", "central"]
    list_select_related = ["parent", "manager", "registrar"]
    search_fields = ["name", "slug", "manager__name"]
    autocomplete_fields = ["parent", "manager", "registrar"]
    prepopulated_fields = {"slug": ["name"]}


class PersonForm(forms.ModelForm):
    """Somebody new. The password is chosen by the person, from a mail."""

    class Meta:
        model = User
        fields = ["email", "name", "title", "unit", "phone"]

    email = forms.EmailField(label=_("E-postadress"), help_text=_("Personen loggar in med den och får ett brev nu."))

    def clean_email(self) -> str:
        """Refuse an address that somebody has."""
        email: str = self.cleaned_data["email"].strip().lower()
        if (
            User.objects.filter(email__iexact=email).exists()
            or EmailAddress.objects.filter(email__iexact=email).exists()
        ):
            raise forms.ValidationError(_("Någon annan har redan den adressen."))
        return email


@admin.register(User)
class UserAdmin(KeptAdmin):
    """People. An address is changed by its owner, because a changed address must be verified."""

    list_display = ["name", "title", "unit", "email", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "unit"]
    list_select_related = ["unit"]
    search_fields = ["name", "title", "email", "unit__name"]
    autocomplete_fields = ["unit"]
    fields = ["name", "title", "unit", "phone", "email", "is_active", "is_staff", "is_superuser", "last_login"]
    readonly_fields = ["email", "last_login"]
    add_fields = ["email", "name", "title", "unit", "phone"]
    actions = ["remove_second_factor"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for little when somebody is added."""
        return self.fields if obj else self.add_fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Let the address be written once."""
        return self.readonly_fields if obj else []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  (Django's)
        """Use the short form for somebody new."""
        return super().get_form(request, obj, change, **(kwargs if obj else {**kwargs, "form": PersonForm}))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's)
        """Add through the action, which verifies the address and sends the mail."""
        if change:
            super().save_model(request, obj, form, change)
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

    @admin.action(description=_("Ta bort andra faktorn (telefonen är borta)"), permissions=["change"])
    def remove_second_factor(self, request: HttpRequest, queryset: Any) -> None:
        """Let people who have lost their phone add a new factor at the next sign-in."""
        for user in queryset:
            Authenticator.objects.filter(user=user).delete()
            record("person.factor_removed", subject=user, actor=Actor.from_request(request, "admin"))
        self.message_user(request, _("Personen lägger till en ny faktor vid nästa inloggning."), messages.SUCCESS)


@admin.register(Appointment)
class AppointmentAdmin(KeptAdmin):
    """Roles with dates."""

    list_display = ["role", "user", "unit", "starts_on", "ends_on"]
    list_filter = ["role", "unit"]
    list_select_related = ["user", "unit"]
    search_fields = ["user__name", "user__title", "unit__name"]
    autocomplete_fields = ["user", "unit"]
    date_hierarchy = "starts_on"


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
        try:
            self.handed_in = actions.register_absence(
                user_id=data["user"].pk,
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
                substitute_id=data["substitute"].pk if data["substitute"] else None,
                actor=Actor.from_request(self.request, "admin"),
            )
        except InvalidInput as error:
            for field, reasons in error.errors.items():
                self.add_error(field, reasons)
        return data


@admin.register(Absence)
class AbsenceAdmin(KeptAdmin):
    """Absence: handed in and taken back here too, never edited."""

    form = AbsenceAdminForm
    list_display = ["user", "starts_on", "ends_on", "substitute", "created_at", "withdrawn_at"]
    list_filter = ["starts_on", "withdrawn_at"]
    list_select_related = ["user", "substitute"]
    search_fields = ["user__name", "substitute__name"]
    autocomplete_fields = ["user", "substitute"]
    date_hierarchy = "starts_on"
    actions = ["withdraw"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to edit a row; the list and its actions stay open."""
        return obj is None and super().has_change_permission(request)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  (Django's)
        """Give the form the request, for the actor."""
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"request": request})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's)
        """Point at what the action has saved."""
        obj.pk = form.handed_in.pk

    @admin.action(description=_("Ta tillbaka frånvaron"), permissions=["view"])
    def withdraw(self, request: HttpRequest, queryset: Any) -> None:
        """Take back the chosen ones; each refusal is shown with its reason."""
        for pk in queryset.values_list("pk", flat=True):
            try:
                actions.withdraw_absence(absence_id=pk, actor=Actor.from_request(request, "admin"))
            except DomainError as refusal:
                self.message_user(request, str(refusal), messages.WARNING)


@admin.register(Acknowledgement)
class AcknowledgementAdmin(admin.ModelAdmin):
    """What people have read. Written when they read, never here."""

    list_display = ["user", "document", "policy_version", "read_at"]
    list_filter = ["document", "policy_version"]
    list_select_related = ["user", "policy_version"]
    search_fields = ["user__name", "document"]
    date_hierarchy = "read_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False
