"""数据湖: what other departments deliver, checked, tokenised and kept as Parquet by source, month and batch."""
