"""儿童福利：业务线声明。"""

CODE = "children"
TITLE = "儿童福利"
