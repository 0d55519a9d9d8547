"""项目库: planned projects by class, their money, stages, problems and results."""
