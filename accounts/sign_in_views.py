"""Sign-in pages that do more than allauth's own."""

import logging

from allauth.account import views as account
from allauth.account.forms import ResetPasswordForm
from django.core.mail import get_connection
from django.http import HttpResponse
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)


class PasswordResetView(account.PasswordResetView):
    """Sends a link to a new password. When no mail can be sent, says so beside the address, which stays in the form."""

    def form_valid(self, form: ResetPasswordForm) -> HttpResponse:
        """Ask the mail server first, whatever the address: the answer must not tell which ones we know."""
        try:
            with get_connection():
                pass
            response: HttpResponse = super().form_valid(form)
        except OSError as error:
            log.warning("No link to a new password could be sent: %s", type(error).__name__)
            form.add_error("email", _("Just nu går det inte att skicka brev. Vänta några minuter och försök igen."))
            response = self.form_invalid(form)
            response.status_code = 503
        return response
