"""``minzheng doctor``: one function per check of installation, data and declarations."""
