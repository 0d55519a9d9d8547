"""发放: campaigns, who is on their lists, and what each person received."""
