"""The way of a channel through the browser, in the pieces that the journeys share."""

from playwright.sync_api import expect

from channels.models import ApprovalStep, Channel
from tests.e2e.journeys import (
    choose_administrators,
    fill_account,
    fill_purpose,
    fill_the_rest,
    link_in,
    mail_to,
    save_part,
    send,
    start_application,
)

NAME, HANDLE = "Biblioteket", "Biblioteket.Provet"


def apply_for(site, cast, *, together=False, documents=False, before_sending=None, **window):
    """The applicant fills in every part as the policy of the municipality asks, and sends. Return the page."""
    page = site.person(cast.owner, **window)
    start_application(page)
    fill_purpose(page, NAME)
    fill_account(page, HANDLE)
    save_part(page, "Ansvariga" if together else "Ansvarig och ersättare")
    if together:
        choose_administrators(page, cast.owner, cast.deputy)
    else:
        page.get_by_label("Vem tar över när den ansvariga är borta?").select_option(str(cast.deputy.pk))
        choose_administrators(page, cast.owner, cast.deputy, cast.nearest_manager)
    fill_the_rest(page)
    save_part(page, "Arbetstid och innehåll")
    fill_the_rest(page)
    save_part(page, "Så ska kontot se ut")
    fill_the_rest(page)
    save_part(page, "Bilagor och läsning" if documents else "Granska och skicka")
    if documents:
        if before_sending:
            before_sending(page)
        fill_the_rest(page)
        save_part(page, "Granska och skicka")
    expect(page.get_by_text("m.facebook.com")).to_have_count(0)  # what was pasted has become the account's own address
    page.get_by_role("button", name="Skicka ansökan").click()
    expect(page.get_by_text("Ansökan är skickad.")).to_be_visible()
    return page


def open_mail(site, user, subject, **window):
    """The person follows the link in the mail. Opening it changes nothing."""
    before = list(ApprovalStep.objects.values_list("pk", "status", "decided_at"))
    page = site.person(user, **window)
    page.goto(link_in(mail_to(user, subject)))
    assert list(ApprovalStep.objects.values_list("pk", "status", "decided_at")) == before
    return page


def publish(site, cast, **window):
    """The owner follows the mail with the decision, and opens the channel with the address. Return the channel."""
    page = site.person(cast.owner, **window)
    page.goto(link_in(mail_to(cast.owner, "Beviljad")))
    send(page.get_by_role("link", name="Till kanalen"))
    send(page.get_by_role("link", name="Öppna kanalen"))
    page.get_by_label("Kontots adress").fill(f"facebook.com/{HANDLE}?fbclid=abc")
    page.get_by_label("Kontot finns och visar det som det ska").check()
    send(page.get_by_role("button", name="Öppna kanalen"))
    expect(page.get_by_text("Kanalen är öppen och står i förteckningen.")).to_be_visible()
    mail_to(cast.deputy if Channel.objects.get().deputy else cast.owner, "Kanalen är öppen")
    return Channel.objects.get()


def read(page, channel, document):
    """Read a document that remains, from the page where the channel is opened, and sign for it."""
    page.goto(f"/register/{channel.pk}/oppna/")
    send(page.get_by_role("link", name=document).first)
    page.get_by_role("button", name="Jag har läst").click()
    expect(page.get_by_text("Du har läst det här.")).to_be_visible()


def find_as_visitor(site, **window):
    """Somebody without an account finds the channel, reads its page and asks whether the account is real."""
    page = site.visitor(**window)
    page.goto("/")
    page.get_by_label("Sök kanal").fill("bibliotek")
    page.get_by_role("button", name="Visa").click()
    expect(page.get_by_text("Visar 1 av 1")).to_be_visible()
    page.get_by_role("link", name=NAME, exact=True).click()
    expect(page.get_by_role("heading", name="Biblioteket på Facebook")).to_be_visible()
    expect(page.get_by_text("Officiell kanal")).to_be_visible()
    expect(page.get_by_text("Vi visar vad som händer på biblioteket.")).to_be_visible()
    send(page.get_by_role("link", name="Kontrollera ett annat konto"))
    page.get_by_label("Länk eller kontonamn").fill(f"https://www.facebook.com/{HANDLE.lower()}/")
    page.get_by_role("button", name="Kontrollera").click()
    expect(page.locator(".verify").get_by_role("status").get_by_role("heading")).to_have_text("Ja, kontot är vårt.")
