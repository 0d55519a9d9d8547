"""看板: screens that lines declare, drawn from indicators; problems first."""
