"""资金: where the money of benefits comes from, what of it is promised and used, and the yearly list of the lottery fund."""
