"""Addresses of what is kept."""

from django.urls import path

from archive.views import capturing, deliveries, diary, disposal, files, fixity, snapshots

app_name = "archive"

urlpatterns = [
    path("arkiv/ogonblick/", snapshots.snapshots, name="snapshots"),
    path("arkiv/ogonblick/lamna/<int:pk>/", snapshots.upload, name="snapshot_upload"),
    path("arkiv/ogonblick/hamta/<int:pk>/", capturing.capture, name="snapshot_capture"),
    path("arkiv/ogonblick/<int:pk>/", snapshots.snapshot, name="snapshot"),
    path("arkiv/ogonblick/<int:pk>/bild/", snapshots.thumbnail, name="snapshot_thumbnail"),
    path("arkiv/kontroll/", fixity.fixity, name="fixity"),
    path("arkiv/diarium/", diary.sheets, name="sheets"),
    path("arkiv/diarium/<int:pk>/", diary.sheet, name="sheet"),
    path("arkiv/handling/<int:pk>/diarium/", diary.propose, name="propose"),
    path("arkiv/leveranser/", deliveries.deliveries, name="deliveries"),
    path("arkiv/leveranser/forbered/", deliveries.prepare, name="delivery_prepare"),
    path("arkiv/leveranser/<int:pk>/", deliveries.delivery, name="delivery"),
    path("arkiv/leveranser/<int:pk>/hamta/", deliveries.fetch, name="delivery_fetch"),
    path("arkiv/fil/<int:pk>/", files.file, name="file"),
    path("arkiv/fil/<int:pk>/visa/", files.show, name="file_show"),
    path("arkiv/fil/<int:pk>/innehall/", files.content, name="file_content"),
    path("arkiv/gallring/", disposal.disposal, name="disposal"),
    path("arkiv/gallring/beslut/", disposal.decision_new, name="decision_new"),
    path("arkiv/gallring/beslut/<int:pk>/lista/", disposal.list_new, name="list_new"),
    path("arkiv/gallring/lista/<int:pk>/", disposal.disposal_list, name="disposal_list"),
    path("arkiv/gallring/handling/<int:pk>/", disposal.disposal_item, name="disposal_item"),
    path("arkiv/gallring/intyg/<int:pk>/", disposal.certificate, name="certificate"),
    path("arkiv/undantag/", disposal.disposal_holds, name="holds"),
    path("arkiv/undantag/<int:pk>/", disposal.hold_release, name="hold_release"),
]
