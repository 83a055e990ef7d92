SELECT to_regclass('drill_tui.target') IS NOT NULL AS has_target_table
