#!/bin/sh
# Run once by the image of PostgreSQL, when the database is new: the role of the program, which owns
# nothing. What it may do, `publisher ledger migrate --grant ledger_program` says and gives.
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" \
    --set=password="$LEDGER_PROGRAM_PASSWORD" <<'SQL'
CREATE ROLE ledger_program LOGIN PASSWORD :'password';
SQL
