"""What a backup made around now must contain, recorded from the running source with its point in the WAL."""
