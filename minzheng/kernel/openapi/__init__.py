"""接口描述: every declared page as an OpenAPI 3.1 operation, for other programs and for the tests that try to break us."""
