"""测算: what a change of standards or rules would do to the families on file. Only sums are kept."""
