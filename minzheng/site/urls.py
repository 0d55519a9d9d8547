"""Routes of the whole site: the health check is here, the rest is declared by each layer's ``urls`` module.

A layer is mounted when its ``urls`` module exists; order is matching order, so the online services, which hold the root
path, come last.
"""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from minzheng.site import views
from minzheng.site.health import endpoint as health
from minzheng.site.metrics import endpoint as metrics

LAYERS = ("minzheng.kernel.openapi.urls", "minzheng.kernel.pages.urls", "minzheng.online.urls")


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
]
urlpatterns += [path("", include(module)) for module in LAYERS if _exists(module)]

handler400 = views.bad_request
handler403 = views.permission_denied
handler404 = views.not_found
handler500 = views.server_error
