"""A physical copy of a cluster: recovered to a point, compared there, promoted, checked; and always inert."""
