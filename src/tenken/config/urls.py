"""Every address of the product: pages and the API."""

from django.urls import include, path

from tenken.api.root import api
from tenken.web.refusals import bad_request, forbidden, not_found, server_error, too_many

urlpatterns = [
    path("api/", api.urls),
    path("", include("tenken.web.urls")),
]

handler400 = bad_request
handler403 = forbidden
handler404 = not_found
handler429 = too_many
handler500 = server_error
