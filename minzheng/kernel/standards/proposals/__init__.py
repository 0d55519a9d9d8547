"""下一年标准的测算公式: what a plan or a national document says a standard should be, computed exactly and shown beside
the standard in force. Formulas are data (`formulas.yaml`); a proposal becomes a draft set that others sign."""
