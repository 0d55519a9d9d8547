"""督查督办: tasks taken from plans, meetings and instructions, followed from 立项 to 归档."""
