"""家庭经济状况核对: consent → scoped query → report → human judgement. The report never decides."""
