"""The address of the gallery; included under ``components/``."""

from django.urls import path

from tenken.web.components.views import gallery

urlpatterns = [path("", gallery, name="components")]
