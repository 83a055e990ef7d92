SELECT database, run_id, nonce, backup_path, manifest::text, restored_at
FROM drill_tui.restore_record
WHERE %(database)s::text IS NULL OR database = %(database)s
ORDER BY restored_at DESC
LIMIT 1
