from django.urls import path

from tenken.web.meetings import duties, meetings

urlpatterns = [
    path("", meetings.index, name="meetings-index"),
    path("new/", meetings.new, name="meetings-new"),
    path("<int:meeting_id>/", meetings.detail, name="meetings-meeting"),
    path("<int:meeting_id>/change/", meetings.change, name="meetings-change"),
    path("<int:meeting_id>/hold/", meetings.hold, name="meetings-hold"),
    path("<int:meeting_id>/cancel/", meetings.cancel, name="meetings-cancel"),
    path("duties/", duties.index, name="meetings-duties"),
    path("duties/new/", duties.new, name="meetings-duty-new"),
    path("duties/<int:duty_id>/", duties.detail, name="meetings-duty"),
    path("duties/<int:duty_id>/change/", duties.change, name="meetings-duty-change"),
    path("duties/<int:duty_id>/record/", duties.record, name="meetings-duty-record"),
    path("duties/records/<int:record_id>/retract/", duties.retract, name="meetings-duty-retract"),
]
