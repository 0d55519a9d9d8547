"""Indicators that the documents of bureaus name: both tables of a five-year plan, the formulas, everything they count."""
