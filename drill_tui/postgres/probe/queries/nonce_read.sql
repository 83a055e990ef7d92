SELECT nonce, run_id FROM drill_tui.target WHERE nonce = %(nonce)s
