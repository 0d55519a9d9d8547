"""首次设置: an empty installation becomes a county's own, without demo data; step by step, and safe to repeat."""
