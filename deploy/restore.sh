#!/bin/bash
# Brings the shop back from a backup of deploy/backup.sh:
#
#   deploy/restore.sh latest                      as of the end of the last backup
#   deploy/restore.sh '2026-11-27 14:03:20'       as it was before that second (this machine's time)
#     --database NAME     into another database than BACKUP_DATABASE
#     --media FOLDER      the uploads into another folder than BACKUP_MEDIA
#     --replace           over a database and a folder that are not empty
#   deploy/restore.sh latest --secrets FOLDER     only the settings and keys, into FOLDER
#
# The shop must not run. Nothing is changed before the backup was read and found whole. Exit 1 when
# it failed, with a line that says what to do.
set -euo pipefail
lib=$(dirname "$(readlink -f "$0")")/lib
# shellcheck source=lib/say.sh
. "$lib/say.sh"
# shellcheck source=lib/files.sh
. "$lib/files.sh"
for part in settings repository binlog guards restore_database restore_files; do
    # shellcheck source=/dev/null
    . "$lib/backup/$part.sh"
done

usage() { fail "usage: restore.sh latest | 'YYYY-MM-DD HH:MM:SS' [--database NAME] [--media FOLDER] \
[--replace] [--secrets FOLDER]"; }

[ $# -ge 1 ] || usage
moment=$1 database="" media="" replace=no secrets=""
shift
while [ $# -gt 0 ]; do
    case $1 in
        --replace) replace=yes ;;
        --database) database=${2:?} && shift ;;
        --media) media=${2:?} && shift ;;
        --secrets) secrets=${2:?} && shift ;;
        *) usage ;;
    esac
    shift
done
settings_read
database=${database:-$BACKUP_DATABASE}
media=${media:-$BACKUP_MEDIA}
[[ $database =~ ^[A-Za-z0-9_]+$ ]] || usage
stop=""
if [ "$moment" != latest ]; then
    seconds=$(date -d "$moment" +%s 2>/dev/null) || usage
    [ "$seconds" -le "$(date +%s)" ] || fail "$moment has not come yet"
    stop=$(date -d "@$seconds" '+%F %T')
    moment=$seconds
fi

backup_lock
if [ -z "$secrets" ]; then
    refuse_running "$database"
    [ "$replace" = yes ] || { refuse_full_database "$database" && refuse_full_folder "$media"; }
fi
repository_open
chosen=$(store snapshots --host mxshop --json | python3 "$lib/backup/snapshots.py" "$moment") || exit 1
full="" before="" after="" log_until="" media_then="" full_work="" after_work=""
while IFS='=' read -r name value; do
    case $name in
        full) full=$value ;;
        before) before=$value ;;
        after) after=$value ;;
        log_until) log_until=$value ;;
        media) media_then=$value ;;
        full_work) full_work=$value ;;
        after_work) after_work=$value ;;
    esac
done <<<"$chosen"
# Snapshots hold the paths of the machine that made them.
work=$BACKUP_WORK/restore
rm -rf "$work"
mkdir "$work"
trap 'rm -rf "$work"; exec_mode_back' EXIT

# fetch SNAPSHOT FOLDER: prints where it was put.
fetch() {
    store restore "$1" --target "$work" --include "$2" >&2 || fail "$2 cannot be read from the backup"
    [ -d "$work$2" ] || fail "$2 is not in the backup"
    echo "$work$2"
}

folder=$(fetch "$full" "$full_work/full")
if [ -n "$secrets" ]; then
    [ -d "$folder/secrets" ] || fail "that backup holds no secrets"
    mkdir -p "$secrets"
    refuse_full_folder "$secrets"
    cp -rp "$folder/secrets/." "$secrets/"
    chmod -R go= "$secrets"
    say "settings and keys of the backup are in $secrets"
    exit 0
fi
say "dump of $(date -d "@$(setting "$folder/manifest" dumped_at)" '+%F %T'), then its log until \
${stop:-$(date -d "@$log_until" '+%F %T')}"
if [ -n "$stop" ] && [ "$log_until" -lt "$moment" ]; then
    say "THE LOG ENDS at $(date -d "@$log_until" '+%F %T'): what came after is in no backup"
fi
database_load "$folder" "$database" "$replace"
[ -z "$(setting "$folder/manifest" log_file)" ] || logs=$(fetch "$after" "$after_work/binlog")
database_replay "$folder" "${logs:-}" "$database" "$stop"
media_restore "$media_then" "$media" "$replace" "$before" "$after"
say "restored: database $database, uploads in $media"
left_out=$(setting "$folder/manifest" left_out)
[ -z "$left_out" ] || say "make these tables anew, they are not in backups: $left_out"
say "Before the shop sells: mxshop migrate --check, then mxshop audit_shop (docs/audit.md)"
