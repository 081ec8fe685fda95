from django.apps import AppConfig


class TelemetryConfig(AppConfig):
    name = "tenken.telemetry"
    verbose_name = "端末と操作ログ"

    def ready(self) -> None:
        from tenken.jobs.schedule import register_daily
        from tenken.journal.labels import register_operation_labels
        from tenken.telemetry import permissions  # noqa: F401 - registers the capabilities
        from tenken.telemetry.alerts.labels import LABELS as OF_ALERTS
        from tenken.telemetry.alerts.licences import MORNING, check_licences, cities_that_look
        from tenken.telemetry.detection.labels import LABELS as OF_RULES
        from tenken.telemetry.device_control.registering import register_device_control
        from tenken.telemetry.events.accounts import LABELS as OF_ACCOUNTS
        from tenken.telemetry.inventory.registering import register_inventory
        from tenken.telemetry.lists.labels import LABELS as OF_LISTS
        from tenken.telemetry.mappings.registering import register_mappings
        from tenken.telemetry.reception.registering import register_reception
        from tenken.telemetry.retention.registering import register_retention
        from tenken.telemetry.search.registering import register_search

        register_daily("telemetry.licences", at=MORNING, cities=cities_that_look, function=check_licences)
        register_operation_labels(OF_ACCOUNTS)
        register_operation_labels(OF_ALERTS)
        register_operation_labels(OF_LISTS)
        register_operation_labels(OF_RULES)
        register_device_control()
        register_inventory()
        register_reception()
        register_retention()
        register_search()
        register_mappings()
