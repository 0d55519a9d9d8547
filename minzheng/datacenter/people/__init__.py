"""人员归一与低收入人口数据库: one file per person, one view of a person and a family, who belongs to which class since when."""
