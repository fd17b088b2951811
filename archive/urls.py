"""Addresses of what is kept."""

from django.urls import path

from archive.views import capturing, diary, files, fixity, snapshots

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
    path("arkiv/fil/<int:pk>/", files.file, name="file"),
    path("arkiv/fil/<int:pk>/visa/", files.show, name="file_show"),
    path("arkiv/fil/<int:pk>/innehall/", files.content, name="file_content"),
]
