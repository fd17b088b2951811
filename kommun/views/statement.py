"""The accessibility statement that the law asks of each municipality, filled in with its own facts.

Source: lag (2018:1937) 13 § (redogörelse), 15 § (begäran), 11 § (service hos någon annan); LAW.md 1.11.
"""

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

# The day that the text about the product was last gone through. Change it with the text.
REVISED_ON = date(2026, 11, 20)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say how accessible the service is, what is not, how it was tested, and where to turn.

    What is known of the product is in the text. What only the municipality can know is its own assessment: the day of it
    is a setting (ACCESSIBILITY_ASSESSED_ON), and until it is set the page says that none has been made.
    """
    context = {"assessed_on": settings.ACCESSIBILITY_ASSESSED_ON, "revised_on": REVISED_ON, "site": settings.SITE_URL}
    return render(request, "kommun/accessibility.html", context)
