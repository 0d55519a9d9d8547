"""How well the reader of plan documents reads, against labels written by hand."""
