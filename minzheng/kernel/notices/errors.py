"""消息的错误。"""

from __future__ import annotations


class MessageError(Exception):
    """发消息的业务错误；``str(error)`` 是中文句子，不含号码和姓名。"""


class SendFailed(MessageError):
    """网关这一次没有收下。``retry=False``：再试也没用（空号、号码不合规）。"""

    def __init__(self, sentence: str, *, retry: bool = True) -> None:
        super().__init__(sentence)
        self.retry = retry
