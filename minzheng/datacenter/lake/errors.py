"""What the lake refuses."""


class LakeRefused(Exception):
    """Not done; the text is a Chinese sentence that says what is wrong, where, and what to do."""

    exit_code = 2
