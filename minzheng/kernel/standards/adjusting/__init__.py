"""标准调整: the screens of dated sets (see standards.adjustments)."""
