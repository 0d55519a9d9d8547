"""机关管理：业务线声明。"""

CODE = "bureau"
TITLE = "机关管理"
