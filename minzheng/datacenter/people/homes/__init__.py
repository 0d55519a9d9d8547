"""分户、并户、户主变更: acts with a day and a reason; the household's benefits are asked to be re-checked, never changed."""
