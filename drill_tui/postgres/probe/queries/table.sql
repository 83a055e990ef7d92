CREATE SCHEMA IF NOT EXISTS drill_tui;
CREATE TABLE IF NOT EXISTS drill_tui.restore_record (
    database text PRIMARY KEY,
    run_id text NOT NULL,
    nonce text NOT NULL,
    backup_path text NOT NULL,
    manifest jsonb,
    restored_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE drill_tui.restore_record ADD COLUMN IF NOT EXISTS validated_keys jsonb
