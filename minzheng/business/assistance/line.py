"""社会救助：业务线声明。"""

CODE = "assistance"
TITLE = "社会救助"
