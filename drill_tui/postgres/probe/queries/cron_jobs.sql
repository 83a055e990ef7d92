SELECT coalesce(jobname, jobid::text) AS name,
       CASE WHEN current_setting('shared_preload_libraries') LIKE '%pg_cron%'
            THEN 'pg_cron is loaded' ELSE 'pg_cron is not loaded, so nothing starts it' END AS state
FROM cron.job
ORDER BY jobid
