"""How messages travel: files in folders, or HTTP."""
