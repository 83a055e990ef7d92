-- A record of an earlier release has no validated_keys.
SELECT database, run_id, nonce, backup_path, manifest::text, restored_at, to_jsonb(record) -> 'validated_keys'
FROM drill_tui.restore_record AS record
WHERE %(database)s::text IS NULL OR database = %(database)s
ORDER BY restored_at DESC
LIMIT 1
