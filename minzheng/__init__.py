"""民政一体化平台: the base platform (基础支撑平台), the business system (综合全业务系统), the data centre (民政大数据中心), and the online
services (网上服务).
"""

__version__ = "0.2.0"
