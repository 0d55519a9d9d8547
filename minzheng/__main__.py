"""``python -m minzheng``：同 ``minzheng`` 命令。"""

from minzheng.site.cli import main

if __name__ == "__main__":
    main()
