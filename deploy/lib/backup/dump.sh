# shellcheck shell=bash
# The database as it was at one moment, with its place in the binary log.

# dump_make FOLDER: database.sql and manifest; nothing when it fails.
dump_make() {
    local folder=$1 options=(--single-transaction --quick --routines --triggers --events
        --hex-blob --default-character-set=utf8mb4) table derived=()
    rm -rf "$folder"
    mkdir -p "$folder"
    [ "$BACKUP_BINLOG" = off ] || options+=(--master-data=2)
    # Search tables of another engine are made of the others; a snapshot does not cover them.
    while read -r table; do
        options+=("--ignore-table=$BACKUP_DATABASE.$table")
        derived+=("$table")
    done < <(derived_tables)
    if ! my mariadb-dump "${options[@]}" "$BACKUP_DATABASE" >"$folder/database.part" ||
        ! tail -c 200 "$folder/database.part" | grep -q '^-- Dump completed'; then
        rm -rf "$folder"
        fail "the database cannot be dumped (is the disk of $BACKUP_WORK full?); \
backups before this one are as they were"
    fi
    mv "$folder/database.part" "$folder/database.sql"
    # Their columns: the log has their rows, for which a restore needs a place meanwhile.
    [ "${#derived[@]}" = 0 ] ||
        my mariadb-dump --no-data --skip-triggers "$BACKUP_DATABASE" "${derived[@]}" |
        sed 's/^) ENGINE=[A-Za-z]*/) ENGINE=InnoDB/' >"$folder/derived.sql"
    manifest_make "$folder"
}

derived_tables() {
    query "SELECT table_name FROM information_schema.tables WHERE table_schema = '$BACKUP_DATABASE'
        AND table_type = 'BASE TABLE' AND engine <> 'InnoDB'"
}

# The manifest: NAME=value lines. dumped_at is when the dump was done: what was so at any moment
# from then on is the dump and the log after its place.
manifest_make() {
    local folder=$1 place
    place=$(grep -a -m 1 '^-- CHANGE MASTER TO' "$folder/database.sql" || true)
    {
        echo "dumped_at=$(date +%s)"
        echo "database=$BACKUP_DATABASE"
        echo "server=$(query 'SELECT VERSION()')"
        echo "release=$(basename "$(readlink /srv/mxshop/current 2>/dev/null || echo unknown)")"
        echo "sha256=$(sha256sum "$folder/database.sql" | cut -d ' ' -f 1)"
        echo "left_out=$(derived_tables | paste -sd ' ')"
        echo "log_file=$(sed -n "s/.*MASTER_LOG_FILE='\([^']*\)'.*/\1/p" <<<"$place")"
        echo "log_position=$(sed -n 's/.*MASTER_LOG_POS=\([0-9]*\).*/\1/p' <<<"$place")"
        echo "log_series=$(cat "$BACKUP_WORK/binlog/series" 2>/dev/null)"
    } >"$folder/manifest"
}
