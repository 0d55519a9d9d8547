"""``python -m minzheng``: the same as the ``minzheng`` command."""

from minzheng.site.cli import main

if __name__ == "__main__":
    main()
