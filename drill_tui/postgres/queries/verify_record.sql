-- The latest restore of each database, as scripts/restore.sh recorded it in the cluster's database postgres.
SELECT DISTINCT ON (database) database, run_id, backup_path, manifest
  FROM drill_tui.restore_record
 ORDER BY database, restored_at DESC
