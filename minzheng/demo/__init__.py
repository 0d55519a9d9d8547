"""示范县: an invented county under area codes that are assigned to no place (省 99, 市 9901, 县 990101).

`generate` writes a folder of plain CSV files, the same bytes for the same arguments; `load` puts such a folder into the
database, replacing an earlier demonstration and nothing else. Everything in it is invented: places, names, ID numbers,
telephone numbers (the 154 range is given to no operator) and accounts.
"""
