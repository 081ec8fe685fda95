"""Addresses of 横展開の確認 and of what is found by content, below ``findings/``."""

from django.urls import path

from tenken.web.findings import contents, extent_targets, extents

urlpatterns = [
    path("contents/", contents.contents, name="findings-contents"),
    path("contents/rows/", contents.rows, name="findings-contents-rows"),
    path("contents/chart.svg", contents.chart_svg, name="findings-contents-chart"),
    path("extents/", extents.index, name="findings-extents"),
    path("extents/new/", extents.new, name="findings-extent-new"),
    path("extents/<int:extent_id>/", extents.board, name="findings-extent"),
    path("extents/<int:extent_id>/choose/", extents.choose, name="findings-extent-choose"),
    path("extents/<int:extent_id>/add/", extents.add, name="findings-extent-add"),
    path("extents/<int:extent_id>/remove/", extents.remove, name="findings-extent-remove"),
    path("extents/<int:extent_id>/edit/", extents.edit, name="findings-extent-edit"),
    path("extents/<int:extent_id>/send/", extents.send, name="findings-extent-send"),
    path("extents/<int:extent_id>/withdraw/", extents.withdraw, name="findings-extent-withdraw"),
    path("extents/<int:extent_id>/confirm/", extents.confirm_many, name="findings-extent-confirm"),
    path("extents/<int:extent_id>/close/", extents.close, name="findings-extent-close"),
    path("extent-targets/<int:target_id>/", extent_targets.target, name="findings-extent-target"),
    path("extent-targets/<int:target_id>/answer/", extent_targets.answer, name="findings-extent-answer"),
    path("extent-targets/<int:target_id>/check/", extent_targets.check, name="findings-extent-check"),
]
