"""家庭经济状况: what every means-tested benefit of this line shares: the form's questions, the family in policy words."""
