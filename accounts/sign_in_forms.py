"""allauth's forms in our words: label above the field, no text inside it that vanishes when somebody types."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as factor
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

EMAIL, PASSWORD = _("E-postadress"), _("Lösenord")
NEW_PASSWORD, AGAIN = _("Nytt lösenord"), _("Nytt lösenord en gång till")
# What AUTH_PASSWORD_VALIDATORS demand, in one breath.
PASSWORD_HINT = _("Minst 12 tecken. Inte ett vanligt lösenord, och inte likt ditt namn eller din adress.")
CODE = _("Kod")
CODE_HINT = _("Sex siffror från appen, eller en av dina reservkoder.")
WORDS: dict[str, Any] = {
    "email": _("Skriv en e-postadress."),
    "login": _("Skriv din e-postadress."),
    "password": _("Skriv ditt lösenord."),
    "oldpassword": _("Skriv lösenordet du har nu."),
    "password1": _("Skriv ett nytt lösenord."),
    "password2": _("Skriv det nya lösenordet en gång till."),
    "code": _("Skriv koden."),
    "name": _("Skriv ett namn på nyckeln."),
}


class PlainWords(forms.Form):
    """Set label and hint per field (`labels`, `hints`) and take the placeholders away."""

    labels: dict[str, Any] = {}
    hints: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")
            if name in WORDS:
                field.error_messages["required"] = WORDS[name]
            if isinstance(field, forms.EmailField):
                field.error_messages["invalid"] = _("Skriv hela adressen, till exempel namn@kommunen.se.")
                for validator in field.validators:
                    if hasattr(validator, "message"):
                        validator.message = field.error_messages["invalid"]
            if name == "password1":
                field.help_text = PASSWORD_HINT


class LoginForm(PlainWords, account.LoginForm):
    """Sign in with address and password."""

    labels = {"login": EMAIL, "password": PASSWORD}


class ResetPasswordForm(PlainWords, account.ResetPasswordForm):
    """Ask for a link to a new password."""

    labels = {"email": EMAIL}


class ResetPasswordKeyForm(PlainWords, account.ResetPasswordKeyForm):
    """Choose a new password, from the link."""

    labels = {"password1": NEW_PASSWORD, "password2": AGAIN}


class ChangePasswordForm(PlainWords, account.ChangePasswordForm):
    """Change the password."""

    labels = {"oldpassword": _("Lösenordet du har nu"), "password1": NEW_PASSWORD, "password2": AGAIN}


class SetPasswordForm(PlainWords, account.SetPasswordForm):
    """Choose a first password."""

    labels = {"password1": NEW_PASSWORD, "password2": AGAIN}


class AddEmailForm(PlainWords, account.AddEmailForm):
    """Change the address."""

    labels = {"email": _("Ny e-postadress")}


class ReauthenticatePasswordForm(PlainWords, account.ReauthenticateForm):
    """Show with the password that it is still you."""

    labels = {"password": PASSWORD}


class CodeForm(PlainWords, factor.AuthenticateForm):
    """The second factor at sign-in."""

    labels, hints = {"code": CODE}, {"code": CODE_HINT}


class ReauthenticateCodeForm(PlainWords, factor.ReauthenticateForm):
    """Show with a code that it is still you."""

    labels, hints = {"code": CODE}, {"code": CODE_HINT}


class ActivateAppForm(PlainWords, totp.ActivateTOTPForm):
    """Show with a code that the app works."""

    labels, hints = {"code": CODE}, {"code": _("Sex siffror som appen visar just nu.")}


class AddKeyForm(PlainWords, webauthn.AddWebAuthnForm):
    """Add a passkey or a security key."""

    labels = {"name": _("Namn på nyckeln"), "passwordless": _("Logga in med bara nyckeln")}
    hints = {
        "name": _("Så att du känner igen den, till exempel ”Jobbtelefonen”."),
        "passwordless": _("Inget lösenord behövs. Nyckeln frågar i stället efter fingeravtryck, ansikte eller pinkod."),
    }


class EditKeyForm(PlainWords, webauthn.EditWebAuthnForm):
    """Give a key another name."""

    labels = {"name": _("Namn på nyckeln")}
