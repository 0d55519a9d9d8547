"""The environment variables of the platform: one declared table, how each is read, and which combinations are unsafe."""
