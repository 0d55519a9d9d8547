"""材料与文书的错误：每个都是一句话，说明错在哪里、怎么办，可以原样显示给用户。"""

from __future__ import annotations


class DocumentError(Exception):
    """本模块所有业务错误的基类；``str(error)`` 是给用户看的中文句子。"""


class UploadRefused(DocumentError):
    """上传的文件不能接收。"""


class MissingField(DocumentError):
    """文书缺少必备要素。``fields`` 为所缺要素的键。"""

    def __init__(self, sentence: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.fields = fields


class UnknownNotice(DocumentError):
    """没有这种文书代码。"""


class DamagedFile(DocumentError):
    """盘上的文件不见了、打不开，或与登记的 SM3 不符。"""


class FontsMissing(DocumentError):
    """字体目录里没有文书所用的字体。"""
