"""库房: catalogue, stores, lots in and out, transfers, counts."""
