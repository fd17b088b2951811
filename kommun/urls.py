"""All addresses. Paths are plain Swedish, names are English. Every route has a row in the URL × person table."""

from django.contrib import admin
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from kommun import gallery
from kommun.views import health, mailbox, policy_pages, policy_versions, start, statement

handler400 = "kommun.views.errors.bad_request"
handler403 = "kommun.views.errors.forbidden"
handler404 = "kommun.views.errors.not_found"
handler500 = "kommun.views.errors.server_error"

urlpatterns = [
    path("", include("moderation.urls")),  # before the channels: a page beside theirs is no channel's name
    path("", include("channels.urls")),
    path("", include("accounts.urls")),
    path("", include("archive.urls")),
    path("start/", start.start, name="start"),
    path("halsa/", health.health, name="health"),
    path("tema.css", gallery.theme_css, name="theme_css"),
    path("logotyp/", gallery.logo, name="logo"),
    path("komponenter/", gallery.components_gallery, name="components_gallery"),
    path("regelverk/", policy_pages.rulebook, name="rulebook"),
    path("regelverk/schema.json", policy_pages.policy_schema, name="policy_schema"),
    path("regelverk/exempel/<slug:name>.toml", policy_pages.policy_preset, name="policy_preset"),
    path("regelverk/versioner/", policy_versions.policy_versions, name="policy_versions"),
    path("regelverk/versioner/ny/", policy_versions.policy_upload, name="policy_upload"),
    path("regelverk/versioner/<int:number>/", policy_versions.policy_version, name="policy_version"),
    path("regelverk/versioner/<int:number>/anta/", policy_versions.policy_adopt, name="policy_adopt"),
    path("regelverk/versioner/<int:number>/kasta/", policy_versions.policy_discard, name="policy_discard"),
    path("regelverk/versioner/<int:number>/fil/", policy_pages.policy_file, name="policy_file"),
    path("tillganglighet/", statement.accessibility, name="accessibility_statement"),
    # Without a token: the public pages set no cookie for it, and a forged choice of language does no harm.
    path("sprak/", csrf_exempt(set_language), name="set_language"),
    path("demo/brevlada/", mailbox.mailbox, name="mailbox"),
    path("demo/brevlada/<int:pk>/", mailbox.mail, name="mailbox_mail"),
    path("hantera/", admin.site.urls),
]
