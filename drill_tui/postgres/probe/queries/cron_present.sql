SELECT to_regclass('cron.job') IS NOT NULL AS present
