"""Addresses of what is kept."""

from django.urls import path

from archive.views import deliveries, diary, files

app_name = "archive"

urlpatterns = [
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
]
