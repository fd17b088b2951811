"""Addresses of the register: public pages first, then the pages of those who work in it."""

from django.urls import path

from channels.views import (
    application,
    changes,
    channels,
    decide,
    elsewhere,
    imports,
    people,
    public,
    upkeep,
    watch,
    worklist,
)

app_name = "channels"

urlpatterns = [
    # For everybody
    path("", public.front, name="front"),
    path("kanaler/", public.register, name="public_register"),
    path("kanaler.csv", public.register_csv, name="public_csv"),
    path("kanaler.json", public.register_json, name="public_json"),
    path("kanaler.jsonld", elsewhere.register_jsonld, name="public_jsonld"),
    path("kanaler.atom", elsewhere.changes, name="public_changes"),
    path("inbaddat/kanaler/", elsewhere.embedded, name="embedded"),
    path("inbaddat/kanaler.js", elsewhere.embedded_script, name="embedded_script"),
    path("kanaler/avslutade/", public.closed, name="public_closed"),
    path("kanaler/kontrollera/", public.check, name="public_check"),
    path("kanaler/<slug:slug>/", public.channel, name="public_channel"),
    path("kanaler/<slug:slug>/regler/", public.comment_rules, name="public_rules"),
    # What is due
    path("min-dag/", worklist.my_day, name="my_day"),
    path("min-dag/<int:pk>/", worklist.obligation, name="obligation"),
    path("min-dag/genomgang/<int:pk>/angra/", watch.withdraw, name="watch_withdraw"),
    path("oversikt/", worklist.overview, name="overview"),
    path("oversikt/helger/", watch.weekend, name="weekend"),
    # For those who work in the register
    path("register/", channels.channel_list, name="channels"),
    path("register/<int:pk>/", channels.channel_detail, name="channel"),
    path("register/<int:pk>/oppna/", channels.open_channel, name="channel_open"),
    path("register/<int:pk>/uppgifter/", changes.details, name="channel_details"),
    path("register/<int:pk>/andra/", changes.propose, name="channel_change"),
    path("register/import/", imports.index, name="imports"),
    path("register/import/mall/<slug:kind>.<slug:form>", imports.template, name="import_template"),
    path("register/import/<int:pk>/", imports.detail, name="import"),
    path("register/import/<int:pk>/kolumner/", imports.columns, name="import_columns"),
    path("register/import/<int:pk>/for-in/", imports.accept, name="import_accept"),
    path("register/import/<int:pk>/kasta/", imports.discard, name="import_discard"),
    path("register/import/<int:pk>/fel.<slug:form>", imports.errors, name="import_errors"),
    path("register/export/<slug:kind>.<slug:form>", imports.export, name="export"),
    path("register/<int:pk>/stammer/", upkeep.confirm, name="channel_confirm"),
    path("register/<int:pk>/saknas/", upkeep.missing, name="channel_missing"),
    path("register/<int:pk>/visar/", upkeep.attest, name="channel_attest"),
    path("register/<int:pk>/inloggning/", upkeep.access, name="channel_access"),
    path("register/<int:pk>/administratorer/", upkeep.administrators, name="channel_administrators"),
    path(
        "register/<int:pk>/administratorer/<int:user_id>/ta-bort/",
        upkeep.administrator_remove,
        name="channel_administrator_remove",
    ),
    path("register/<int:pk>/kontonamn/<int:address>/lamnat/", upkeep.give_up, name="channel_give_up"),
    path("register/<int:pk>/genomgang/", watch.look, name="channel_look"),
    path("register/<int:pk>/helger/", watch.weekend_watch, name="channel_weekend"),
    path("register/<int:pk>/aktivitet/", watch.activity, name="channel_activity"),
    path("intyg/<int:pk>/bevis/", upkeep.proof, name="attestation_proof"),
    path("register/<int:pk>/behorighet/<int:user_id>/", people.remove_access, name="remove_access"),
    # The municipality's people
    path("personer/", people.people_list, name="people"),
    path("personer/<int:pk>/", people.person, name="person"),
    path("personer/<int:pk>/lamnar/", people.leave, name="leave"),
    path("andringar/<int:pk>/", changes.change, name="change"),
    path("beslut/", decide.inbox, name="decide_inbox"),
    path("beslut/<uuid:key>/", decide.decide, name="decide"),
    path("ansokningar/<int:pk>/beslut/", decide.decision, name="decision"),
    # The application
    path("ansokningar/", application.application_list, name="applications"),
    path("ansokningar/ny/", application.start, name="application_start"),
    path("ansokningar/<int:pk>/", application.detail, name="application"),
    path("ansokningar/<int:pk>/granska/", application.review, name="application_review"),
    path("ansokningar/<int:pk>/skicka/", application.submit, name="application_submit"),
    path("ansokningar/<int:pk>/aterta/", application.withdraw, name="application_withdraw"),
    path("ansokningar/<int:pk>/las/<slug:document>/", application.reading, name="application_read"),
    path("ansokningar/<int:pk>/bilagor/<slug:document>/", application.attachment_upload, name="attachment_upload"),
    path(
        "ansokningar/<int:pk>/bilagor/<slug:document>/ta-bort/", application.attachment_remove, name="attachment_remove"
    ),
    path("bilagor/<int:pk>/", application.attachment, name="attachment"),
    path("ansokningar/<int:pk>/<slug:part>/", application.part, name="application_part"),
]
