-- Makes the two roles, the database and its extensions on a PostgreSQL of your own (18 is tested).
-- Run once as a superuser; running it again changes passwords and nothing else:
--   psql -v database=works -v owner_password="$(openssl rand -hex 24)" -v app_password="$(openssl rand -hex 24)" -f deploy/roles.sql
-- The owner migrates and is never used by web or workers; the app role works and owns nothing.
\set ON_ERROR_STOP on
select 'create role works_owner' where not exists (select from pg_roles where rolname = 'works_owner') \gexec
select 'create role works_app' where not exists (select from pg_roles where rolname = 'works_app') \gexec
alter role works_owner with login nosuperuser nocreatedb nocreaterole nobypassrls noreplication password :'owner_password';
alter role works_app with login nosuperuser nocreatedb nocreaterole nobypassrls noreplication password :'app_password';
select format('create database %I owner works_owner template template0 encoding ''UTF8'' locale_provider builtin builtin_locale ''C.UTF-8'' locale ''C''', :'database')
 where not exists (select from pg_database where datname = :'database') \gexec
revoke all on database :"database" from public;
grant connect on database :"database" to works_app;
\connect :"database"
create extension if not exists btree_gist;
create extension if not exists pg_trgm;
create extension if not exists unaccent;
revoke all on schema public from public;
grant usage on schema public to works_app;
