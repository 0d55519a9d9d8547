"""发放的统计: monthly tables by township, class and source, the village's ledger, and a payee's own account of each month."""
