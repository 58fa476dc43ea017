# shellcheck shell=bash
# Copies of MariaDB's binary log, in BACKUP_WORK/binlog. A series is a row of files without a
# gap, from one server: a new data directory begins at 000001 again, and must not write over
# the files of the old one.

# binlog_copy: fetches what is new.
binlog_copy() {
    local root=$BACKUP_WORK/binlog series newest first
    [ "$BACKUP_BINLOG" = on ] || return 0
    [ "$(query 'SELECT @@log_bin')" = 1 ] || fail "MariaDB keeps no binary log (log_bin): only whole \
backups can be gone back to. Switch it on, or write BACKUP_BINLOG=off into $BACKUP_ENV"
    mkdir -p "$root"
    series=$(cat "$root/series" 2>/dev/null || true)
    newest=$([ -z "$series" ] || files_of "$root/$series" | tail -n 1)
    first=$(binlog_first "$newest")
    rm -rf "$root/part"
    mkdir "$root/part"
    my mariadb-binlog --read-from-remote-server --raw --to-last-log --result-file="$root/part/" \
        "$first" || fail "the binary log cannot be read"
    if [ -z "$newest" ] || ! binlog_continues "$root/$series/$newest" "$root/part/$first"; then
        [ -z "$newest" ] || say "the binary log does not follow on the one copied before: a new series"
        series=$(date +%Y%m%d-%H%M%S)
        mkdir -p "$root/$series"
        echo "$series" >"$root/series"
    fi
    mv -f "$root/part/"* "$root/$series/"
    rmdir "$root/part"
}

files_of() { find "$1" -maxdepth 1 -type f -name '*.[0-9]*' -printf '%f\n' | sort; }

# The file to begin with: the newest that was copied, since it may have grown.
binlog_first() {
    local names
    names=$(query 'SHOW BINARY LOGS' | cut -f 1)
    if [ -n "$1" ] && grep -qxF "$1" <<<"$names"; then echo "$1"; else head -n 1 <<<"$names"; fi
}

# binlog_continues OLD NEW: NEW is OLD grown, or the file after it.
binlog_continues() {
    local old=${1##*.} new=${2##*.}
    if [ "$old" = "$new" ]; then
        # The file's head says when the server began it; after that a flag changes.
        cmp -s -n 21 "$1" "$2" && [ "$(stat -c %s "$2")" -ge "$(stat -c %s "$1")" ]
    else
        [ $((10#$new)) = $((10#$old + 1)) ]
    fi
}

# binlog_tidy FILE: what is older than FILE, where the newest whole backup begins, is in the
# repository, and is needed here no more.
binlog_tidy() {
    local root=$BACKUP_WORK/binlog series file
    [ "$BACKUP_BINLOG" = on ] || return 0
    series=$(cat "$root/series")
    find "$root" -mindepth 1 -maxdepth 1 -type d ! -name "$series" -exec rm -rf {} +
    files_of "$root/$series" | while read -r file; do
        [ $((10#${file##*.})) -ge $((10#${1##*.})) ] || rm -f "$root/$series/$file"
    done
}
