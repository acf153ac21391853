"""Where Django's part of the service answers; the gate and the origin have answered before it is asked."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from headend.interfaces.apis import load
from headend.interfaces.payment_notices import URLS as NOTICE_URLS
from headend.interfaces.payments import URLS as PAYMENT_URLS
from headend.interfaces.pictures import show_captcha, show_qr
from headend.interfaces.rest.api import urls as rest_urls
from headend.interfaces.wire.urls import urls_of
from headend.roles.api_docs import for_machines, for_people
from headend.roles.media import media

admin.autodiscover()  # registers the screens, see headend.interfaces.console.apps

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("console/language/", include("django.conf.urls.i18n")),
    path("console/", admin.site.urls),
    path("media/<path:path>", media),
    re_path(r"^captcha/(?P<name>[\w-]{1,40})\.png$", show_captcha),
    re_path(r"^qr/(?P<operator>[0-9]{1,9})/(?P<code>[A-Z0-9]{1,20})\.png$", show_qr),
    *PAYMENT_URLS,
    *NOTICE_URLS,
    path("api/docs/", for_people, name="api-docs"),
    path("api/docs/openapi.json", for_machines),
    *rest_urls(),
    *urls_of(load()),
]
handler500 = "headend.roles.unavailable.server_error"
