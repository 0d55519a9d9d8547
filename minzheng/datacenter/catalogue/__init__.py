"""数据目录: what other departments send, since when, how well, and who uses it. Above the other folders of the centre."""
