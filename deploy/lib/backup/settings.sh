# shellcheck shell=bash
# The settings of backups: BACKUP_ENV's NAME=value lines, which the environment overrides.

BACKUP_ENV=${BACKUP_ENV:-/etc/mxshop/backup.env}

settings_read() {
    local line name
    [ -r "$BACKUP_ENV" ] || [ -n "${BACKUP_REPOSITORY:-}" ] ||
        fail "$BACKUP_ENV cannot be read: where are the backups? (deploy/conf/backup.env)"
    if [ -r "$BACKUP_ENV" ]; then
        while IFS= read -r line; do
            [[ $line =~ ^(BACKUP|AWS|RESTIC)_[A-Z_]+= ]] || continue
            name=${line%%=*}
            [ -n "${!name:-}" ] || export "$name=${line#*=}"
        done <"$BACKUP_ENV"
    fi
    : "${BACKUP_REPOSITORY:?}" "${BACKUP_PASSWORD_FILE:?}"
    : "${BACKUP_DATABASE:=mxshop}" "${BACKUP_MEDIA:=/var/lib/mxshop/media}"
    : "${BACKUP_SECRETS:=}" "${BACKUP_WORK:=/var/lib/mxshop-backup}" "${BACKUP_OFFSITE:=}"
    : "${BACKUP_FETCH:=}" "${BACKUP_BINLOG:=on}" "${BACKUP_MYSQL_DEFAULTS:=}"
    : "${BACKUP_KEEP_DAYS:=14}" "${BACKUP_KEEP_WEEKS:=8}" "${BACKUP_KEEP_MONTHS:=12}"
    : "${BACKUP_LOG_DAYS:=15}"
    [ -r "$BACKUP_PASSWORD_FILE" ] ||
        fail "$BACKUP_PASSWORD_FILE cannot be read: without the password no backup opens"
    umask 077
    mkdir -p "$BACKUP_WORK"
    chmod 700 "$BACKUP_WORK"
}

# my PROGRAM ARGUMENTS: one of MariaDB's programs, logged in.
my() {
    local program=$1
    shift
    "$program" ${BACKUP_MYSQL_DEFAULTS:+"--defaults-extra-file=$BACKUP_MYSQL_DEFAULTS"} "$@"
}

query() { my mariadb -BN -e "$1"; }

# One backup or restore at a time.
backup_lock() {
    exec 8>"$BACKUP_WORK/lock"
    flock -w "${1:-0}" 8 || fail "another backup or restore is running"
    # shellcheck disable=SC2034 # repository.sh reads it
    LOCKED=yes
}
