"""Reading a plan document: text to tree, quantities to indicators. Pure Python, deterministic, no database.

``parse_text(text)`` and ``parse_file(path)`` give a ``Document``; ``Document.as_json()`` is the contract of
``minzheng plan parse``. Each indicator points at its words (``span``) and names the rules that read it (``why``).
"""

from minzheng.business.bureau.plans.parsing.document import Document, parse_file, parse_text
from minzheng.business.bureau.plans.parsing.errors import UnreadableDocument

__all__ = ["Document", "UnreadableDocument", "parse_file", "parse_text"]
