"""存量导入: the bureau's existing rolls become households, persons, awards and accounts, provably and undoably."""
