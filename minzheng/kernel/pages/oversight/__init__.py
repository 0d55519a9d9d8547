"""Screens of oversight: emergency reading, findings, who read a file, the chain's head."""
