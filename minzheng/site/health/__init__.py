"""Is the platform well? For machines (``/healthz``), for monitoring (measures) and for the administrator (a page)."""
