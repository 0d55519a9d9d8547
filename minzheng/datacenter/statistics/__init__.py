"""统计报表: declared shells, reports of places and periods, checks, collecting from below, sealing, corrections, yearbook."""
