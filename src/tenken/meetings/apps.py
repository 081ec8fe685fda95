from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "tenken.meetings"
    verbose_name = "会議と職務"

    def ready(self) -> None:
        from tenken.journal.labels import register_operation_labels
        from tenken.meetings import permissions  # noqa: F401 - registers the capabilities

        register_operation_labels(
            {
                "meetings.defaults.adopt": "会議体と職務の既定を採用",
                "meetings.meeting.plan": "会議を予定",
                "meetings.meeting.change": "会議の予定を変更",
                "meetings.meeting.hold": "会議の結果を記録",
                "meetings.meeting.cancel": "会議を中止",
                "meetings.duty.save": "職務を設定",
                "meetings.duty.record": "職務の実施を記録",
                "meetings.duty.retract": "職務の実施の記録を取消し",
            }
        )
