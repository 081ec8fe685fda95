"""The address of stored files, below ``files/``."""

from django.urls import path

from tenken.web.files.views import download

urlpatterns = [path("<int:file_id>/<path:name>", download, name="file-download")]
