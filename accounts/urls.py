"""Addresses of the people app."""

from django.urls import include, path

from accounts import views
from kommun.outbox import UNSUBSCRIBE

urlpatterns = [
    path("min-franvaro/", views.absence_list, name="absences"),
    path("min-franvaro/ny/", views.absence_new, name="absence_new"),
    path("min-franvaro/<int:pk>/aterta/", views.absence_withdraw, name="absence_withdraw"),
    path("min-franvaro/<int:pk>/ersattare/", views.absence_substitute, name="absence_substitute"),
    path("min-profil/", views.profile, name="profile"),
    path("mina-utskick/", views.mailings, name="mailings"),
    path(f"{UNSUBSCRIBE}<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("konto/fortsatt/", views.send_again, name="send_again"),
    path("konto/", include("accounts.sign_in_urls")),
]
