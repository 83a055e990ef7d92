SELECT pg_catalog.to_regclass('drill_tui.restore_record') IS NOT NULL
