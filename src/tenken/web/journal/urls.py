"""Addresses of the journal, below ``journal/``."""

from django.urls import path

from tenken.web.journal import verifying, views

urlpatterns = [
    path("", views.entry_list, name="journal-list"),
    path("accesses/", views.access_list, name="journal-accesses"),
    path("verify/", verifying.start_verification, name="journal-verify"),
    path("<int:sequence>/", views.entry, name="journal-entry"),
]
