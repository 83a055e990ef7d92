"""What a drill proved: pure functions from the journal's records to a state and a report."""
