"""Systems above that we report to: one folder each with its mapping (data) and what its simulator does wrong."""
