"""Addresses of the terminal ledger and of one terminal, below ``terminals/``."""

from django.urls import path

from tenken.web.telemetry import doubts, terminal, terminals

urlpatterns = [
    path("list/", terminals.terminal_list, name="telemetry-terminals"),
    path("list/new/", terminals.new, name="telemetry-terminal-new"),
    path("list/import/", terminals.upload, name="telemetry-terminals-import"),
    path("list/import/confirm/", terminals.confirm, name="telemetry-terminals-import-confirm"),
    path("list/follow/", terminals.follow, name="telemetry-terminals-follow"),
    path("list/settings/", doubts.settings, name="telemetry-inventory-settings"),
    path("<int:terminal_id>/", terminal.terminal, name="telemetry-terminal"),
    path("<int:terminal_id>/software/", terminal.software, name="telemetry-terminal-software"),
    path("<int:terminal_id>/history/", terminal.history, name="telemetry-terminal-history"),
    path("<int:terminal_id>/change/", terminals.change, name="telemetry-terminal-change"),
    path("<int:terminal_id>/assign/", terminals.assign, name="telemetry-terminal-assign"),
    path("<int:terminal_id>/state/", terminals.happened, name="telemetry-terminal-state"),
    path("doubts/", doubts.doubt_list, name="telemetry-doubts"),
    path("doubts/<int:doubt_id>/", doubts.compare, name="telemetry-doubt"),
    path("doubts/<int:doubt_id>/split/", doubts.split, name="telemetry-doubt-split"),
]
