"""“我能享受什么”: at most ten plain questions, then what the rules give, with reasons and the next step.

Nobody signs in and nothing is kept: the answers travel sealed in the page itself (``state``), are read, and are forgotten
with the response. ``questions`` asks, ``facts`` puts the answers into the words of the rules, ``telling`` says what came
out.
"""
