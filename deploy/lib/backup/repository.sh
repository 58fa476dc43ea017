# shellcheck shell=bash
# The repository of backups: restic's, which encrypts, keeps each piece once, and shows a backup
# only when all of it was written.

store() {
    RESTIC_REPOSITORY=$BACKUP_REPOSITORY RESTIC_PASSWORD_FILE=$BACKUP_PASSWORD_FILE \
        RESTIC_CACHE_DIR=$BACKUP_WORK/cache restic --quiet "$@"
}

# repository_open [make]: ends with a clear line when it is missing or does not open.
repository_open() {
    local output
    # It also takes away the locks of backups that were killed: with our own lock (settings.sh), which
    # each restic that we start holds as well, no backup of this machine is running.
    if output=$(store unlock ${LOCKED:+--remove-all} 2>&1); then return 0; fi
    case $output in
        *"wrong password"*) fail "$BACKUP_PASSWORD_FILE does not open $BACKUP_REPOSITORY" ;;
        *"no key found"*) fail "$BACKUP_PASSWORD_FILE does not open $BACKUP_REPOSITORY" ;;
        *"unable to open config file"* | *"does not exist"*)
            [ "${1:-}" = make ] || fail "there is no backup at $BACKUP_REPOSITORY"
            store init >/dev/null || fail "no repository can be made at $BACKUP_REPOSITORY"
            say "a new repository: $BACKUP_REPOSITORY"
            ;;
        *) fail "$BACKUP_REPOSITORY does not open: $output" ;;
    esac
}

# snapshot KIND MOMENT PATH...: one backup. MOMENT, in seconds since 1970: it holds all that was
# so then.
snapshot() {
    local kind=$1 moment=$2
    shift 2
    store backup --host mxshop --tag "$kind" --tag "at=$moment" --tag "media=$BACKUP_MEDIA" \
        --tag "work=$BACKUP_WORK" "$@" ||
        fail "the backup was not written; those before it are as they were"
}

# What is not kept any longer goes, and what is left is checked.
repository_tidy() {
    store forget --host mxshop --group-by host --tag full --keep-daily "$BACKUP_KEEP_DAYS" \
        --keep-weekly "$BACKUP_KEEP_WEEKS" --keep-monthly "$BACKUP_KEEP_MONTHS" >/dev/null ||
        fail "old backups cannot be removed from $BACKUP_REPOSITORY"
    store forget --host mxshop --group-by host --tag log --keep-within "${BACKUP_LOG_DAYS}d" \
        --prune >/dev/null || fail "old backups cannot be removed from $BACKUP_REPOSITORY"
    store check >/dev/null || fail "$BACKUP_REPOSITORY is damaged: restic check says where"
}

# repository_copy: to BACKUP_OFFSITE, under the same password.
repository_copy() {
    [ -n "$BACKUP_OFFSITE" ] || return 0
    local output again
    if ! output=$(elsewhere copy 2>&1); then
        # The first time: a repository that shares the pieces of the one on this machine.
        elsewhere init --copy-chunker-params >/dev/null 2>&1 ||
            fail "the copy to $BACKUP_OFFSITE failed; the backup on this machine is whole: $output"
        again=$(elsewhere copy 2>&1) ||
            fail "the copy to $BACKUP_OFFSITE failed; the backup on this machine is whole: $again"
    fi
    say "copied to $BACKUP_OFFSITE"
}

elsewhere() {
    RESTIC_REPOSITORY=$BACKUP_OFFSITE RESTIC_PASSWORD_FILE=$BACKUP_PASSWORD_FILE \
        RESTIC_CACHE_DIR=$BACKUP_WORK/cache restic --quiet "$1" --from-repo "$BACKUP_REPOSITORY" \
        --from-password-file "$BACKUP_PASSWORD_FILE" "${@:2}"
}
