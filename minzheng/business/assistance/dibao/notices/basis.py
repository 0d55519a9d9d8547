"""低保各文书引用的法规条款。条款号以办法原文为准；版面在 kernel/documents。"""

from minzheng.kernel.items.items import Notice

TEMPORARY = "《社会救助暂行办法》（国务院令第649号）"
MEASURES = "《最低生活保障审核确认办法》（民发〔2021〕57号）"

NOTICES = {
    "N01": Notice(f"{MEASURES}第十条"),
    "N02": Notice(f"{MEASURES}第十条"),
    "N03": Notice(f"{MEASURES}第四条；{MEASURES}第十条", reason_required=True),
    "N04": Notice(f"{TEMPORARY}第五十八条；{MEASURES}第十七条"),
    "N05": Notice(f"{MEASURES}第十九条；{MEASURES}第二十四条"),
    "N06": Notice(f"{TEMPORARY}第九条、第十一条、第十二条；{MEASURES}第二十条、第二十一条"),
    "N07": Notice(f"{TEMPORARY}第九条、第十一条；{MEASURES}第二十一条", reason_required=True),
    "N08": Notice(f"{TEMPORARY}第十三条；{MEASURES}第三十一条", reason_required=True),
    "N09": Notice(f"{TEMPORARY}第十三条；{MEASURES}第三十二条", reason_required=True),
    "N10": Notice(f"{TEMPORARY}第十三条、第六十八条；{MEASURES}第三十二条", reason_required=True),
    "N11": Notice(f"{TEMPORARY}第六十八条；《中华人民共和国行政处罚法》第四十四条、第四十五条、第六十三条"),
    "N11J": Notice(f"{TEMPORARY}第六十八条；《中华人民共和国行政处罚法》第五十七条、第五十九条"),
    "N12": Notice(f"{MEASURES}第三十三条"),
    "N13": Notice(f"{TEMPORARY}第四条"),
    "N14": Notice(f"{MEASURES}第二十九条", reason_required=True),
    "N18": Notice(f"{MEASURES}第二十六条"),
}
