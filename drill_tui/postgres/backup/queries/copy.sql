select relid::int8, tuples_processed, bytes_processed
from pg_catalog.pg_stat_progress_copy
where datname = pg_catalog.current_database() and command = 'COPY TO'
