from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "tenken.notices"
    verbose_name = "通知"
