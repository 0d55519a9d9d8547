"""抽查抽样: stratified samples drawn by a committed seed, and what they say about everything they were drawn from."""
