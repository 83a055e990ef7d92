"""Many databases, many machines: what is due where, who drills it, and one page about all of them."""
