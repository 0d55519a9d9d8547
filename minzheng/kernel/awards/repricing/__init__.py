"""按新标准重算: when values change, every award in force is computed again, what it is owed is paid, and what would become
less is brought to somebody for a decision of its own.

`reckon` computes one award; `services` opens, hands in and approves a batch; `computing` and `applying` do the work in
pieces as jobs; `selectors` and `pages` show it."""
