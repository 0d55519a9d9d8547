"""登录过期时保住刚填的内容。

过期后点“下一步”，入口会转去登录，表里的字就丢了。所以先把这一次提交密封存进（新的、未登录的）会话，登录后补存到本人的草稿里。
只存文字；照片在选好时已经传完。放不过一小时，用后即删。
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from minzheng.kernel.crypto import sealing

KEY = "portal.kept"
FOR_SECONDS = 3600
MOST_BYTES = 64 * 1024
_BOUND = b"portal.kept"
PAGE = "portal.draft"


class KeepTyped:
    """放在身份中间件之后：未登录者提交申请表时，先收好再让入口转去登录。"""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        match = request.resolver_match
        if request.method != "POST" or match is None or match.url_name != PAGE or request.user.is_authenticated:
            return
        body = {k: v for k, v in request.POST.lists() if k not in ("csrfmiddlewaretoken", "do")}
        packed = json.dumps({**kwargs, "at": int(time.time()), "body": body}, ensure_ascii=False).encode()
        if len(packed) <= MOST_BYTES:
            request.session[KEY] = base64.b64encode(sealing.seal(packed, _BOUND)).decode()


def take(request: HttpRequest) -> tuple[int, int, QueryDict] | None:
    """取出并删去保住的内容：(办件, 第几屏, 提交的内容)；没有或过了一小时为 None。"""
    stored = request.session.pop(KEY, None)
    if not stored:
        return None
    kept = json.loads(sealing.open_sealed(base64.b64decode(stored), _BOUND))
    if time.time() - kept["at"] > FOR_SECONDS:
        return None
    post = QueryDict(mutable=True)
    for name, values in kept["body"].items():
        post.setlist(name, values)
    return int(kept["pk"]), int(kept["screen"]), post


def holds(request: HttpRequest) -> bool:
    return KEY in request.session
