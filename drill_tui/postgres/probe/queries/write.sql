INSERT INTO drill_tui.restore_record (database, run_id, nonce, backup_path, manifest, validated_keys)
VALUES (%(database)s, %(run_id)s, %(nonce)s, %(backup_path)s, %(manifest)s::jsonb, %(validated_keys)s)
ON CONFLICT (database) DO UPDATE
SET run_id = excluded.run_id,
    nonce = excluded.nonce,
    backup_path = excluded.backup_path,
    manifest = excluded.manifest,
    validated_keys = excluded.validated_keys,
    restored_at = now()
