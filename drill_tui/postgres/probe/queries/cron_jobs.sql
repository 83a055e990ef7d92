SELECT coalesce(jobname, jobid::text) AS name,
       CASE WHEN current_setting('shared_preload_libraries') LIKE '%pg_cron%'
            THEN CASE WHEN current_setting('max_worker_processes')::int = 0
                THEN 'pg_cron is loaded without a worker, so nothing starts it' ELSE 'pg_cron is loaded' END
            ELSE 'pg_cron is not loaded, so nothing starts it' END AS state
FROM cron.job
ORDER BY jobid
