"""Refusals of the reader, as Chinese sentences: what, where, what to do."""


class UnreadableDocument(ValueError):
    """The file holds no text that could be read."""
