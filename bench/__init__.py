"""速度测量：``make bench``（即 ``python -m bench``）。自建数据库，量完即删，不碰正在使用的数据。"""
