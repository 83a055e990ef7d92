-- Whether a session of this role may be without event triggers: from PostgreSQL 17, and as superuser.
select exists (select from pg_catalog.pg_settings where name = 'event_triggers')
       and exists (select from pg_catalog.pg_roles where rolname = current_user and rolsuper)
