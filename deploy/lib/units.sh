# shellcheck shell=bash
# The systemd units of a release.

TIMERS=(mxshop-jobs.timer mxshop-audit.timer mxshop-backup.timer mxshop-backup-log.timer)

# units_install RELEASE: copies its units.
units_install() {
    local file before=$CHANGES
    for file in "$RELEASES/$1"/deploy/systemd/*; do
        put_file "$UNITS/${file##*/}" 644 root:root <"$file"
    done
    # About one worker for each core; `systemctl edit mxshop@` overrides it.
    mkdir -p "$UNITS/mxshop@.service.d"
    printf '[Service]\nEnvironment=WEB_CONCURRENCY=%s\n' "$(workers)" |
        put_file "$UNITS/mxshop@.service.d/10-workers.conf" 644 root:root
    ! changed_since "$before" || services_reread
}

workers() {
    local cores
    cores=$(nproc)
    [ "$cores" -ge 2 ] && echo "$cores" || echo 2
}

timers_on() {
    local timer
    for timer in "${TIMERS[@]}"; do service_on "$timer" || fail "$timer does not start"; done
}

# journald keeps what the shop logs; without a limit, a tenth of the disk.
journal_limit() {
    local before=$CHANGES
    mkdir -p /etc/systemd/journald.conf.d
    put_file /etc/systemd/journald.conf.d/mxshop.conf 644 root:root <"$DEPLOY/conf/journald.conf"
    ! changed_since "$before" || service_do restart systemd-journald
}
