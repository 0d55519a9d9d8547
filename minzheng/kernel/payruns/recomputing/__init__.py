"""独立复算: what a month should have cost, derived from the decisions alone by other code than that which made the lines."""
