"""Addresses of the moderation. Paths are plain Swedish, names are English."""

from django.urls import path

from moderation import handling_urls
from moderation.views import bulk, case, new, phone, queue, registrar, search, share, statistics, tip_form, tips

app_name = "moderation"

urlpatterns = [
    path("granska/", queue.queue, name="queue"),
    path("granska/nytt/", new.new, name="new"),
    path("granska/flera/", bulk.several, name="several"),
    path("granska/flera/angra/", bulk.several_undo, name="several_undo"),
    path("granska/sok/", search.search, name="search"),
    path("granska/<int:pk>/", case.case, name="case"),
    path("granska/<int:pk>/registrator/", registrar.registrar, name="registrar"),
    path("granska/dela/", share.share, name="share"),
    # On a phone
    path("manifest.webmanifest", phone.manifest, name="manifest"),
    path("sw.js", phone.worker, name="worker"),
    path("utan-nat/", phone.offline, name="offline"),
    # Tips: for everybody, for colleagues, and for those who read them
    path("tipsa/", tip_form.tip, name="tip"),
    path("tipsa/tack/<str:reference>/", tip_form.tip_sent, name="tip_sent"),
    path("granska/tipsa/", tip_form.tip_new, name="tip_new"),
    path("granska/tips/", tips.tips, name="tips"),
    path("granska/tips/<int:pk>/", tips.tip_read, name="tip_read"),
    path("granska/tips/<int:pk>/oppna/", tips.tip_open, name="tip_open"),
    path("granska/tips/<int:pk>/lagg-till/", tips.tip_join, name="tip_join"),
    path("granska/tips/<int:pk>/avsta/", tips.tip_set_aside, name="tip_set_aside"),
    *handling_urls.urlpatterns,  # before the steps: any word after the number is one
    path("granska/<int:pk>/<slug:step>/", case.act, name="act"),
    path("statistik/", statistics.statistics, name="statistics"),
    path("statistik.csv", statistics.statistics_csv, name="statistics_csv"),
    path("kanaler/statistik/", statistics.public, name="public_statistics"),
    path("kanaler/statistik.csv", statistics.public_csv, name="public_statistics_csv"),
]
