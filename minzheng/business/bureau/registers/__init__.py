"""工作台账: generic registers of duties, each declared by one folder below `books`."""
