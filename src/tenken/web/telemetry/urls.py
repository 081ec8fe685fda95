from django.urls import include, path

urlpatterns = [
    path("", include("tenken.web.telemetry.urls_boards")),
    path("", include("tenken.web.telemetry.urls_terminals")),
    path("", include("tenken.web.telemetry.urls_inventory")),
    path("sources/mappings/", include("tenken.web.telemetry.urls_mappings")),
    path("sources/", include("tenken.web.telemetry.urls_sources")),
    path("search/", include("tenken.web.telemetry.urls_search")),
    path("rules/", include("tenken.web.telemetry.urls_rules")),
    path("alerts/", include("tenken.web.telemetry.urls_alerts")),
    path("devices/", include("tenken.web.telemetry.urls_devices")),
    path("retention/", include("tenken.web.telemetry.urls_retention")),
]
