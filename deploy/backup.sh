#!/bin/bash
# Backups of the shop: the database with its binary log, the uploads, the secrets.
#
#   deploy/backup.sh full       everything (every night); then removes what is too old
#   deploy/backup.sh log        what changed since: binary log and uploads (every ten minutes)
#   deploy/backup.sh list       the backups there are
#   deploy/backup.sh check      reads all of them back, bit by bit
#   deploy/backup.sh forever    full and log at their times, for a container
#
# /etc/mxshop/backup.env says where to and how long. They are encrypted with a password; files are
# for root alone. A backup that was interrupted does not exist. Exit 1 when it failed: those before
# it are as they were. deploy/restore.sh brings them back.
set -euo pipefail
lib=$(dirname "$(readlink -f "$0")")/lib
# shellcheck source=lib/say.sh
. "$lib/say.sh"
for part in settings repository dump binlog; do
    # shellcheck source=/dev/null
    . "$lib/backup/$part.sh"
done

# Uploads that lie elsewhere are brought into BACKUP_MEDIA first (docs/media.md).
media_fetch() {
    [ -n "$BACKUP_FETCH" ] || return 0
    bash -c "$BACKUP_FETCH" || fail "BACKUP_FETCH failed: the uploads were not brought to $BACKUP_MEDIA"
}

backup_log() {
    local moment
    moment=$(date +%s)
    media_fetch
    binlog_copy
    snapshot log "$moment" "$BACKUP_MEDIA" "${BINLOG[@]}"
    touch "$BACKUP_WORK/last-log"
}

# The uploads are saved twice, before the dump and after it: so each file that the dump names is in
# one of the two, also one whose buyer deletes it, or sends it, meanwhile.
backup_full() {
    local folder=$BACKUP_WORK/full moment
    rm -rf "$folder"
    backup_log
    dump_make "$folder"
    moment=$(sed -n 's/^dumped_at=//p' "$folder/manifest")
    if [ -n "$BACKUP_SECRETS" ]; then
        cp -rp "$BACKUP_SECRETS" "$folder/secrets" || fail "$BACKUP_SECRETS cannot be read"
        # It would only open what holds it.
        rm -f "$folder/secrets/$(basename "$BACKUP_PASSWORD_FILE")"
    fi
    binlog_copy
    media_fetch
    snapshot full "$moment" "$folder" "$BACKUP_MEDIA" "${BINLOG[@]}"
    binlog_tidy "$(sed -n 's/^log_file=//p' "$folder/manifest")"
    rm -rf "$folder"
    touch "$BACKUP_WORK/last-full"
    repository_tidy
    repository_copy
    say "backed up: $BACKUP_DATABASE as of $(date -d "@$moment" '+%F %T %Z'), and its uploads"
}

backup_forever() {
    local pid=""
    trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; exit 0' TERM INT
    while :; do
        if [ -z "$(find "$BACKUP_WORK/last-full" -mmin -1440 2>/dev/null)" ]; then
            "$0" full || say "full: failed"
        else
            "$0" log || say "log: failed"
        fi
        sleep "${BACKUP_EVERY_SECONDS:-600}" &
        pid=$!
        wait "$pid"
    done
}

what=${1:-}
case $what in full | log | list | check | forever) ;; *) fail "usage: backup.sh full | log | list | check | forever" ;; esac
settings_read
BINLOG=()
[ "$BACKUP_BINLOG" = off ] || BINLOG=("$BACKUP_WORK/binlog")
[ "$what" != forever ] || backup_forever
case $what in
    full)
        backup_lock 3600
        repository_open make
        backup_full
        ;;
    log)
        backup_lock 300
        repository_open make
        backup_log
        repository_copy
        ;;
    list)
        repository_open
        store snapshots --compact
        ;;
    check)
        repository_open
        store check --read-data >/dev/null || fail "$BACKUP_REPOSITORY is damaged"
        say "every backup in $BACKUP_REPOSITORY can be read"
        ;;
esac
