"""The screens of a case: workbench, list, case page, acts, walk-in entry. Declared in ``cases/pages.py``."""
