"""Benefits of this line that propose each other after a refusal: seen through their rules, not through their items."""

from minzheng.business.assistance.means_test.assess import MeansTest

EDGE = MeansTest("assistance.dibao_edge", "低保边缘家庭", "低保边缘资格")
