"""“这一家还能享受什么”: the whole outcome of the family of one case, for whoever may read that case."""
