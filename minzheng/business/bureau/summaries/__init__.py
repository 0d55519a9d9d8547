"""工作总结: declared forms, sentences with live numbers, versions, sign-off and issue; tables of five years."""
