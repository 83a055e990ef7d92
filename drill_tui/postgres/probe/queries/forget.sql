DELETE FROM drill_tui.restore_record WHERE database = %(database)s
