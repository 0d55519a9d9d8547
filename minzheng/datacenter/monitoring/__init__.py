"""动态监测预警与主动发现: what departments newly say about the people we look after, and what neighbours see, becomes a task
with a deadline for a village or a township. Nothing is stopped here: an alert asks a person to look."""
