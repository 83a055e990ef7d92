CREATE SCHEMA IF NOT EXISTS drill_tui;
CREATE TABLE IF NOT EXISTS drill_tui.target (
    nonce text PRIMARY KEY,
    run_id text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
