"""Indicators of pay runs and allotted money."""
