"""Indicators of cases and objections."""
