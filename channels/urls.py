"""Addresses of the register: public pages first, then the pages of those who work in it."""

from django.urls import path

from channels.views import application, changes, channels, decide, public

app_name = "channels"

urlpatterns = [
    # For everybody
    path("", public.front, name="front"),
    path("kanaler/", public.register, name="public_register"),
    path("kanaler.csv", public.register_csv, name="public_csv"),
    path("kanaler.json", public.register_json, name="public_json"),
    path("kanaler/avslutade/", public.closed, name="public_closed"),
    path("kanaler/kontrollera/", public.check, name="public_check"),
    path("kanaler/<slug:slug>/", public.channel, name="public_channel"),
    path("kanaler/<slug:slug>/regler/", public.comment_rules, name="public_rules"),
    # For those who work in the register
    path("register/", channels.channel_list, name="channels"),
    path("register/<int:pk>/", channels.channel_detail, name="channel"),
    path("register/<int:pk>/oppna/", channels.open_channel, name="channel_open"),
    path("register/<int:pk>/uppgifter/", changes.details, name="channel_details"),
    path("register/<int:pk>/andra/", changes.propose, name="channel_change"),
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
