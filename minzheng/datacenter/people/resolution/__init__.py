"""人员归一: files that look like one person, judged by people, merged and parted again."""
