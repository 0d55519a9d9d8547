"""Readers of delivered files: CSV, Excel and Parquet as blocks of text columns, with the line of every row."""
