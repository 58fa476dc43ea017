# shellcheck shell=bash
# The database of a backup, and the log after it.

# database_load FOLDER DATABASE REPLACE: of a dump whose checksum is right.
database_load() {
    local folder=$1 database=$2
    [ "$(sha256sum "$folder/database.sql" | cut -d ' ' -f 1)" = "$(setting "$folder/manifest" sha256)" ] ||
        fail "the dump in the backup is not what its manifest says; nothing was changed"
    [ "$3" = no ] || query "DROP DATABASE IF EXISTS \`$database\`"
    query "CREATE DATABASE IF NOT EXISTS \`$database\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
    my mariadb --default-character-set=utf8mb4 "$database" <"$folder/database.sql" ||
        fail "the dump cannot be loaded into $database: it is not whole, do not use it"
}

# database_replay FOLDER LOGS DATABASE STOP: what came after the dump, until before STOP (a time, or
# nothing: all there is).
database_replay() {
    local folder=$1 logs database=$3 stop=$4 from first file files=() options=()
    from=$(setting "$folder/manifest" database)
    first=$(setting "$folder/manifest" log_file)
    [ -n "$first" ] || { say "the backup has no place in a log: as of its dump"; return 0; }
    logs=$2/$(setting "$folder/manifest" log_series)
    [ -f "$logs/$first" ] || fail "the log of after the dump ($first) is not in the backup: \
$database is as of the dump"
    for file in $(files_of "$logs"); do
        [ $((10#${file##*.})) -lt $((10#${first##*.})) ] || files+=("$logs/$file")
    done
    [ -z "$stop" ] || options+=("--stop-datetime=$stop")
    [ "$from" = "$database" ] || options+=("--rewrite-db=$from->$database")
    [ ! -f "$folder/derived.sql" ] || derived_stand_in "$folder" "$database"
    # The names in the log are the old ones: the filter means those, the new name comes after it.
    my mariadb-binlog --database="$from" --start-position="$(setting "$folder/manifest" log_position)" \
        "${options[@]}" "${files[@]}" | my mariadb --binary-mode ||
        fail "the log cannot be replayed into $database: it is between two moments, do not use it"
    [ ! -f "$folder/derived.sql" ] || derived_take_away "$folder" "$database"
}

exec_mode=""

# Tables that are in no backup, but in the log: empty ones take the log's rows, also changes of
# rows that they have not, and go again. That the others are right is for audit_shop to prove.
derived_stand_in() {
    my mariadb "$2" <"$1/derived.sql" || fail "no stand-ins can be made for the tables left out"
    exec_mode=$(query 'SELECT @@global.slave_exec_mode')
    query "SET GLOBAL slave_exec_mode = 'IDEMPOTENT'"
}

# Also when the restore fails (restore.sh).
exec_mode_back() {
    [ -z "$exec_mode" ] || query "SET GLOBAL slave_exec_mode = '$exec_mode'"
    exec_mode=""
}

derived_take_away() {
    local table
    exec_mode_back
    for table in $(setting "$1/manifest" left_out); do query "DROP TABLE \`$2\`.\`$table\`"; done
}
