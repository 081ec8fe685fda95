from django.urls import path

from tenken.web.boards import bureau, ciso, handover

urlpatterns = [
    path("ciso/", ciso.page, name="boards-ciso"),
    path("ciso/years.svg", ciso.years_svg, name="boards-years"),
    path("bureau/", bureau.page, name="boards-bureau"),
    path("handover/", handover.index, name="boards-handovers"),
    path("handover/<int:post_id>/", handover.page, name="boards-handover"),
    path("handover/<int:post_id>/<str:form>/", handover.download, name="boards-handover-file"),
]
