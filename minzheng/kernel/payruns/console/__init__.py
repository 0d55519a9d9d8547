"""发放批次的工作人员页面: the month's board, a batch with its lines and findings, and every act on them."""
