INSERT INTO drill_tui.restore_record (database, run_id, nonce, backup_path, manifest)
VALUES (%(database)s, %(run_id)s, %(nonce)s, %(backup_path)s, %(manifest)s::jsonb)
ON CONFLICT (database) DO UPDATE
SET run_id = excluded.run_id,
    nonce = excluded.nonce,
    backup_path = excluded.backup_path,
    manifest = excluded.manifest,
    restored_at = now()
