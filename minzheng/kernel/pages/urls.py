"""URL patterns computed from the page registry."""

from minzheng.kernel.pages.registry import url_patterns

urlpatterns = url_patterns()
