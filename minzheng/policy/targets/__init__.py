"""What a plan is printed as: one compiled loop over households, DuckDB SQL, and Spark tasks that run the loop."""
