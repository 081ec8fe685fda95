"""Addresses of the casebook, below ``cases/``."""

from django.urls import path

from tenken.web.findings import cases

urlpatterns = [
    path("", cases.index, name="cases-index"),
    path("new/", cases.new, name="cases-new"),
    path("<int:case_id>/", cases.detail, name="cases-detail"),
    path("<int:case_id>/edit/", cases.edit, name="cases-edit"),
    path("<int:case_id>/ask/", cases.ask, name="cases-ask"),
    path("<int:case_id>/permission/", cases.permission, name="cases-permission"),
    path("<int:case_id>/publish/", cases.publish, name="cases-publish"),
    path("<int:case_id>/withdraw/", cases.withdraw, name="cases-withdraw"),
]
