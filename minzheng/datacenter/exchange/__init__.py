"""数据交换: signed requests and replies with other departments, and what is pushed to systems above."""
