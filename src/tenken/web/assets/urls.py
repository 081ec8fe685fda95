"""Addresses of the ledgers, below ``assets/``."""

from django.urls import path

from tenken.web.assets import assets, imports, lists, systems

urlpatterns = [
    path("", lists.asset_list, name="assets-list"),
    path("new/", assets.new, name="assets-new"),
    path("import/", imports.asset_upload, name="assets-import"),
    path("import/confirm/", imports.asset_confirm, name="assets-import-confirm"),
    path("<int:asset_id>/", assets.detail, name="assets-detail"),
    path("<int:asset_id>/change/", assets.change, name="assets-change"),
    path("<int:asset_id>/retire/", assets.retire, name="assets-retire"),
    path("systems/", lists.system_list, name="assets-systems"),
    path("systems/new/", systems.new, name="assets-system-new"),
    path("systems/import/", imports.system_upload, name="assets-systems-import"),
    path("systems/import/confirm/", imports.system_confirm, name="assets-systems-import-confirm"),
    path("systems/<int:system_id>/", systems.detail, name="assets-system"),
    path("systems/<int:system_id>/change/", systems.change, name="assets-system-change"),
    path("systems/<int:system_id>/retire/", systems.retire, name="assets-system-retire"),
    path("systems/<int:system_id>/products/", systems.products, name="assets-system-products"),
    path("systems/<int:system_id>/occurrences/new/", systems.add_happened, name="assets-system-happened"),
    path("occurrences/<int:occurrence_id>/strike/", systems.strike_happened, name="assets-occurrence-strike"),
]
