"""月人均救助水平: a reported indicator, computed from what is paid, against the floor of a higher level."""
