"""All addresses. Paths are plain Swedish, names are English. Every route has a row in the URL × person table."""

from django.contrib import admin
from django.urls import include, path

from kommun import gallery
from kommun.views import health, mailbox, policy_pages, start, statement

handler400 = "kommun.views.errors.bad_request"
handler403 = "kommun.views.errors.forbidden"
handler404 = "kommun.views.errors.not_found"
handler500 = "kommun.views.errors.server_error"

urlpatterns = [
    path("", include("channels.urls")),
    path("", include("accounts.urls")),
    path("start/", start.start, name="start"),
    path("halsa/", health.health, name="health"),
    path("tema.css", gallery.theme_css, name="theme_css"),
    path("komponenter/", gallery.components_gallery, name="components_gallery"),
    path("regelverk/", policy_pages.rulebook, name="rulebook"),
    path("tillganglighet/", statement.accessibility, name="accessibility_statement"),
    path("demo/brevlada/", mailbox.mailbox, name="mailbox"),
    path("demo/brevlada/<int:pk>/", mailbox.mail, name="mailbox_mail"),
    path("hantera/", admin.site.urls),
]
