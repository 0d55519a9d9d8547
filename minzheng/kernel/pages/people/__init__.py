"""账号、岗位、休假、移交的页面: how they are drawn; declared in ``kernel/accounts/pages.py``."""
