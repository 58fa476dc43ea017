# shellcheck shell=bash
# What a restore must not be done over.

# refuse_running DATABASE: a shop that sells while its database is replaced sells nonsense.
refuse_running() {
    local unit number
    if [ -d /run/systemd/system ] && [ "$1" = "$BACKUP_DATABASE" ]; then
        for unit in mxshop@a mxshop@b mxshop-tasks mxshop-jobs mxshop-jobs.timer; do
            ! systemctl is-active --quiet "$unit" || fail "$unit runs. Stop the shop first: \
systemctl stop 'mxshop@*' mxshop-tasks mxshop-jobs.timer mxshop-backup.timer mxshop-backup-log.timer"
        done
    fi
    number=$(query "SELECT COUNT(*) FROM information_schema.processlist WHERE db = '$1'")
    [ "$number" = 0 ] || fail "$number connections use the database $1: stop what uses it first"
}

# refuse_full_database DATABASE
refuse_full_database() {
    local number
    number=$(query "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '$1'")
    [ "$number" = 0 ] || fail "the database $1 has $number tables. Give an empty one (--database), \
or --replace: then they are deleted"
}

# refuse_full_folder FOLDER
refuse_full_folder() {
    [ -z "$(ls -A "$1" 2>/dev/null)" ] || fail "$1 is not empty. Give another folder (--media), \
or --replace: then what is in it is moved aside"
}
