"""指标: every number the bureau reports, declared once, computed for a month, frozen with the month, restated with a diff."""
