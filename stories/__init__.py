"""Stories from beginning to end: each is a test, walked in a real browser against a real server and database."""
