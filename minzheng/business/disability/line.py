"""残疾人福利：业务线声明。"""

CODE = "disability"
TITLE = "残疾人福利"
