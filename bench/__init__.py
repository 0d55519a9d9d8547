"""Speed measurements: ``make bench`` (``python -m bench``). Makes its own database and drops it afterwards; data in use
is never touched.
"""
