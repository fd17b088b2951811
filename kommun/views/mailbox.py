"""The demo's mailbox: every mail that the product has sent, readable by anybody who tries the demo. 404 elsewhere."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from kommun.models import DemoMail


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """List the mails, newest first; `?till=` narrows to one recipient."""
    _only_in_demo()
    mails = DemoMail.objects.all()
    if to := request.GET.get("till", "").replace("\x00", "").strip():
        mails = mails.filter(to__iexact=to)
    page = Paginator(mails, 50).get_page(request.GET.get("sida"))
    return render(request, "kommun/mailbox.html", {"page": page, "to": to})


@require_safe
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one mail. Its links can be followed."""
    _only_in_demo()
    return render(request, "kommun/mail.html", {"mail": get_object_or_404(DemoMail, pk=pk)})


def _only_in_demo() -> None:
    if not settings.DEMO:
        raise Http404
