"""Where sign-in differs from what allauth does: nobody signs up, and its words are ours."""

import logging
import time
from typing import Any

import qrcode
from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage

from accounts.models import User
from kommun import outbox
from kommun.models import Municipality

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in with address and password."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("Din inloggning är avstängd. Prata med kommunens systemadministratör."),
        "cannot_remove_primary_email": _("Adressen är den du loggar in med och kan inte tas bort."),
        "email_password_mismatch": _("Adressen och lösenordet hör inte ihop. Kontrollera båda och försök igen."),
        "email_taken": _("Någon annan har redan den adressen."),
        "enter_current_password": _("Skriv lösenordet du har nu."),
        "incorrect_code": _("Koden stämmer inte. Vänta på nästa kod i appen och försök igen."),
        "incorrect_password": _("Lösenordet stämmer inte."),
        "invalid_password_reset": _("Länken har redan använts eller är för gammal. Be om en ny."),
        "too_many_login_attempts": _("För många försök. Vänta fem minuter och försök igen."),
        "rate_limited": _("För många försök. Vänta en stund och försök igen."),
        "unverified_primary_email": _("Bekräfta adressen först. Länken finns i brevet vi skickade."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: people are added by an administrator, or by the identity provider."""
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask again only when the sign-in is older than five minutes: a new person adds a second factor at once."""
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        records = get_authentication_records(self.request, self.request.user)
        latest = max((record["at"] for record in records), default=0)
        return bool(time.time() - latest >= account_settings.REAUTHENTICATION_TIMEOUT)

    def get_user_search_fields(self) -> list[str]:
        """Return what the admin searches people by. Our user has one name, where allauth expects two."""
        return ["email", "name", "title"]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send the link to a new password at once: it signs somebody in and must lie in no table. Raises OSError.

        Everything else goes by the outbox, so that nothing that somebody does here waits for the mail server.
        """
        if template_prefix == "account/email/password_reset_key":
            super().send_mail(template_prefix, email, context)
            return
        message = self.render_mail(template_prefix, email, {"email": email, **context})
        outbox.put(email, message.subject, str(message.body))

    def render_mail(self, template_prefix: str, email: str, context: dict[str, Any], headers: Any = None) -> Any:
        """Give the mail templates the municipality's name."""
        return super().render_mail(template_prefix, email, {**context, "municipality": Municipality.current()}, headers)


class SecondFactorAdapter(DefaultMFAAdapter):
    """The second factor."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": _("Ta bort din andra faktor innan du byter adress."),
        "cannot_delete_authenticator": _("Du behöver ha minst en andra faktor. Lägg till en annan först."),
        "cannot_generate_recovery_codes": _("Lägg till en app eller en passnyckel först."),
        "incorrect_code": _("Koden stämmer inte. Vänta på nästa kod i appen och försök igen."),
    }

    def get_totp_label(self, user: User) -> str:
        """Return the name that the app on the phone shows."""
        return user.email or user.username

    def build_totp_svg(self, url: str) -> str:
        """Draw the square on white: in the dark mode a phone could not read it otherwise."""
        drawing: str = qrcode.make(url, image_factory=SvgPathFillImage).to_string(encoding="unicode")
        return drawing

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Refuse to remove the last factor where one is required. Recovery codes are no factor of their own."""
        kinds = [authenticator.Type.TOTP, authenticator.Type.WEBAUTHN]
        if not settings.MFA_REQUIRED or authenticator.type not in kinds:
            return True
        others = type(authenticator).objects.filter(user_id=authenticator.user_id, type__in=kinds)
        return bool(others.exclude(pk=authenticator.pk).exists())


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Sign-in through the municipality's own identity provider."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Let the provider add people only when the municipality says so, and never somebody without an address."""
        return bool(settings.SSO_ADDS_PEOPLE and sociallogin.user.email)

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """Take over the name in one piece. The user name is the key that the provider gave, never one it may change."""
        user: User = super().populate_user(request, sociallogin, data)
        parts = [data.get("first_name") or "", data.get("last_name") or ""]
        user.name = (data.get("name") or " ".join(filter(None, parts)) or user.email)[:120]
        user.username = f"{sociallogin.account.provider}-{sociallogin.account.uid}"[:150]
        return user

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Save somebody whom the provider added, with the address as the provider gave it."""
        user: User = super().save_user(request, sociallogin, form)
        EmailAddress.objects.filter(user=user, email__iexact=user.email).update(primary=True)
        return user

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Leave a line for the operator: the person only learns that it did not work."""
        log.warning("Sign-in through %s failed: %s %r", provider.id, error, exception)
