"""Making export files: rows of a list into XLSX and CSV, each marked with who took it out, when and under which number."""
