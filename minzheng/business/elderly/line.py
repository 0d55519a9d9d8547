"""养老服务：业务线声明。"""

CODE = "elderly"
TITLE = "养老服务"
