from django.urls import path

from tenken.web.telemetry import quarantine, reception, sources

urlpatterns = [
    path("", sources.source_list, name="telemetry-sources"),
    path("new/", sources.new, name="telemetry-source-new"),
    path("<int:source_id>/", sources.source_page, name="telemetry-source"),
    path("<int:source_id>/change/", sources.change, name="telemetry-source-change"),
    path("<int:source_id>/key/", sources.new_key, name="telemetry-source-key"),
    path("<int:source_id>/switch/", sources.switch, name="telemetry-source-switch"),
    path("<int:source_id>/hosts/", sources.nodes, name="telemetry-source-nodes"),
    path("hosts/<int:node_id>/revoke/", sources.node_revoke, name="telemetry-node-revoke"),
    path("reception/", reception.reception, name="telemetry-reception"),
    path("quarantine/", quarantine.quarantine_list, name="telemetry-quarantine"),
    path("quarantine/replay/", quarantine.replay, name="telemetry-quarantine-replay"),
    path("quarantine/give-up/", quarantine.give_up, name="telemetry-quarantine-give-up"),
    path("quarantine/<str:part>/", quarantine.part_page, name="telemetry-quarantine-part"),
    path("quarantine/<str:part>/raw/", quarantine.part_raw, name="telemetry-quarantine-raw"),
]
