"""残疾人两项补贴: one application for 困难残疾人生活补贴 and 重度残疾人护理补贴."""
