INSERT INTO drill_tui.target (nonce, run_id) VALUES (%(nonce)s, %(run_id)s) ON CONFLICT (nonce) DO NOTHING
