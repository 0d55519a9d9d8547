"""资金预测: whether the year's money lasts, and in which month it does not; a year's allocations from a file."""
