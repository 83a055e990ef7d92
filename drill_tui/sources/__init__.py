"""Kinds of backup that others made: each finds, describes, checks and restores its own, by one port."""
