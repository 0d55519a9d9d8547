"""One number, two names: what all who compare have to come to (lists linked, a caseload, a single case, a monitor)."""

from __future__ import annotations

#: Name on our side.
OURS = "周桂兰"
#: Name there, whether the number stood there with 15 digits, code, whether it counts by itself.
CASES = (
    ("周桂兰", False, "E1", True), ("周贵岚", False, "E1", True), ("周*兰", False, "E1", True), ("周**", False, "E1", True),
    ("*桂兰", False, "E1", True), ("***", False, "E1", True), ("", False, "E1", True), ("邹桂兰", False, "E2", True),
    ("周桂男", False, "E2", True), ("周志兰", False, "E2", True), ("周兰", False, "E2", True), ("周桂芳兰", False, "E2", True),
    ("周桂英", False, "E2", False), ("周*英", False, "E2", False), ("周晓梅", False, "E2", False), ("冯石山", False, "E2", False),
    ("周桂兰", True, "E1", True), ("周贵岚", True, "E1", True), ("周*兰", True, "E1", False), ("", True, "E1", False),
    ("周志兰", True, "E2", False), ("冯石山", True, "E2", False),
)  # fmt: skip
