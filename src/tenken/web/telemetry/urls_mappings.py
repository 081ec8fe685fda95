"""Addresses of mappings of CSV files, below ``terminals/sources/mappings/``."""

from django.urls import path

from tenken.web.telemetry import mappings

urlpatterns = [
    path("", mappings.mapping_list, name="telemetry-mappings"),
    path("new/", mappings.new, name="telemetry-mapping-new"),
    path("new/<str:token>/", mappings.draft, name="telemetry-mapping-draft"),
    path("import/", mappings.import_page, name="telemetry-mapping-import"),
    path("<int:layout_id>/", mappings.mapping_page, name="telemetry-mapping"),
    path("<int:layout_id>/change/", mappings.change, name="telemetry-mapping-change"),
    path("<int:layout_id>/switch/", mappings.switch, name="telemetry-mapping-switch"),
]
