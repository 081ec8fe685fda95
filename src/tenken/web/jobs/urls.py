"""Addresses of long work, below ``jobs/``."""

from django.urls import path

from tenken.web.jobs import views

urlpatterns = [
    path("", views.job_list, name="job-list"),
    path("<int:job_id>/", views.job_page, name="job"),
    path("<int:job_id>/progress/", views.job_progress, name="job-progress"),
]
