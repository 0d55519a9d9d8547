"""标准一览: every parameter by level, and the history of one."""
