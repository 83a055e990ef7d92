-- The roles of the demo; in globals, not in the database's dump.
CREATE ROLE zakops_owner NOLOGIN;
CREATE ROLE zakops_readonly NOLOGIN;
CREATE ROLE zakops_app LOGIN IN ROLE zakops_readonly;
ALTER ROLE zakops_app SET statement_timeout TO '30s';
COMMENT ON ROLE zakops_app IS 'The application; may write orders.';
CREATE DATABASE zakops OWNER zakops_owner TEMPLATE template0 ENCODING 'UTF8';
ALTER DATABASE zakops SET timezone TO 'UTC';
COMMENT ON DATABASE zakops IS 'Demo database of drill-tui: a repair shop that also sells parts.';
