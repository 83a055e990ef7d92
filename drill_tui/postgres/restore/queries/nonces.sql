SELECT nonce FROM drill_tui.target
