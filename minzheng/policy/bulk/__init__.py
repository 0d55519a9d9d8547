"""A whole population from Parquet: read and check in blocks, calculate, write or add up. Needs ``minzheng[bulk]``."""
