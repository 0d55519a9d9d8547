"""一人一档、一户一档: the panels that the data centre adds to a person's and a household's file."""
