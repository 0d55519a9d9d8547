"""Record linkage: which rows of two tables are the same person (证件号码的匹配).

Pure: numpy, Arrow, DuckDB and pinyin; no Django tables, no database. Lowest folder of the data centre.
"""
