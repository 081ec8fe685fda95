"""Addresses of the annual plans, below ``plans/``."""

from django.urls import path

from tenken.web import converters  # noqa: F401 - registers fiscal_year
from tenken.web.plans import views, writing

urlpatterns = [
    path("", views.index, name="plans-index"),
    path("new/", writing.start, name="plans-new"),
    path("<fiscal_year:fiscal_year>/", views.plan, name="plans-plan"),
    path("<fiscal_year:fiscal_year>/overview/", writing.overview, name="plans-overview"),
    path("<fiscal_year:fiscal_year>/adopt/", writing.adopt, name="plans-adopt"),
    path("<fiscal_year:fiscal_year>/activities/new/", writing.add, name="plans-activity-new"),
    path("<fiscal_year:fiscal_year>/activities/<int:activity_id>/", writing.activity, name="plans-activity"),
    path(
        "<fiscal_year:fiscal_year>/activities/<int:activity_id>/remove/",
        writing.remove,
        name="plans-activity-remove",
    ),
]
