"""全站路由：健康检查在这里，其余由各层的 ``urls`` 模块声明。

有哪一层的 ``urls`` 模块就装哪一层；顺序即匹配次序，网上服务占用根路径所以放最后。
"""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from minzheng.site import health, views

LAYERS = ("minzheng.kernel.openapi.urls", "minzheng.kernel.pages.urls", "minzheng.online.urls")


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


urlpatterns: list[URLPattern | URLResolver] = [path("healthz", health.healthz, name="healthz")]
urlpatterns += [path("", include(module)) for module in LAYERS if _exists(module)]

handler400 = views.bad_request
handler403 = views.permission_denied
handler404 = views.not_found
handler500 = views.server_error
