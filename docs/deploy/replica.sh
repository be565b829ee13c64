#!/bin/bash
# Copies the primary (PGHOST, PGUSER, PGPASSWORD) into PGDATA where there is nothing yet, then runs the command that it is given.
set -euo pipefail

if [ ! -e "$PGDATA/PG_VERSION" ]; then
    # Under another name until it is whole.
    rm -rf "$PGDATA.half"
    pg_basebackup --pgdata "$PGDATA.half" --wal-method stream --checkpoint fast --write-recovery-conf --no-password
    chmod 700 "$PGDATA.half"
    rm -rf "$PGDATA"
    mv "$PGDATA.half" "$PGDATA"
fi
exec "$@"
