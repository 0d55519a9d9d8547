"""Faults done to a running platform of its own: processes killed with -9 while people work. Afterwards every act that
was acknowledged must be there exactly once, with one notice and one message.
"""
