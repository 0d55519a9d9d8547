"""儿童保障身份: age, parents' circumstances and what a child already receives, shared by every children's benefit."""
