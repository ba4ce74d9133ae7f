-- Makes the role that backs up: it reads all and can change nothing. Row security does not bind it, or rows would be
-- left out. Run once as a superuser; running it again changes the password and nothing else:
--   psql -v database=works -v backup_password="$(openssl rand -hex 24)" -f deploy/backup-role.sql
\set ON_ERROR_STOP on
select 'create role works_backup' where not exists (select from pg_roles where rolname = 'works_backup') \gexec
alter role works_backup with login nosuperuser nocreatedb nocreaterole bypassrls noreplication password :'backup_password';
grant pg_read_all_data to works_backup;
grant connect on database :"database" to works_backup;
