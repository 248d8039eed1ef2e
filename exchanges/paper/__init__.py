"""The in-process venue that a newcomer trades on: real rules, paper money, state in PostgreSQL."""
