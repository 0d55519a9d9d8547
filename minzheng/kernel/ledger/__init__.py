"""账: append-only double entry in whole units (fen, minutes, pieces), guarded by the database itself."""
