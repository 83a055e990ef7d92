-- When the primary made the checkpoint that this standby would start from; by default everybody may ask.
select checkpoint_time from pg_catalog.pg_control_checkpoint()
