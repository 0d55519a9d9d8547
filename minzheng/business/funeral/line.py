"""殡葬服务：业务线声明。"""

CODE = "funeral"
TITLE = "殡葬服务"
