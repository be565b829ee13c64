#!/bin/bash
# Lets a replica follow this PostgreSQL: a role that may, and from where. Run by the image when the database is made; of a
# database that was there before: docker compose exec db bash /docker-entrypoint-initdb.d/replication.sh
set -euo pipefail

if [ -z "${REPLICATION_PASSWORD:-}" ]; then
    echo "REPLICATION_PASSWORD is not set: no replica may follow."
    exit 0
fi

psql --set ON_ERROR_STOP=1 --set password="$REPLICATION_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'END'
SELECT 'CREATE ROLE replicator WITH REPLICATION LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'replicator') \gexec
ALTER ROLE replicator PASSWORD :'password';
-- So much is kept for a replica that was away; one that was away for longer is made anew.
ALTER SYSTEM SET wal_keep_size = '1GB';
END

line="host replication replicator samenet scram-sha-256"
grep --quiet --line-regexp --fixed-strings "$line" "$PGDATA/pg_hba.conf" || echo "$line" >> "$PGDATA/pg_hba.conf"
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --command "SELECT pg_reload_conf()" > /dev/null
