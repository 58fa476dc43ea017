# shellcheck shell=bash
# systemd. Where it does not run (a chroot, a container without it), everything is set up and
# enabled, and each thing that could not be started is named at the end.

NOT_STARTED=()

has_systemd() { [ -d /run/systemd/system ]; }

# service_on UNIT: enabled at boot and running now.
service_on() {
    if ! systemctl is-enabled --quiet "$1" 2>/dev/null; then
        systemctl enable --quiet "$1"
        changed "$1 is enabled at boot"
    fi
    if ! has_systemd; then
        NOT_STARTED+=("$1")
    elif ! systemctl is-active --quiet "$1"; then
        systemctl start "$1" || return 1
        # A unit whose condition does not hold here (chrony in a container) stays off.
        ! systemctl is-active --quiet "$1" || changed "$1 is started"
    fi
}

# service_do ACTION UNIT: restart, reload or stop of a unit.
service_do() {
    if ! has_systemd; then
        NOT_STARTED+=("$2 ($1)")
        return
    fi
    systemctl "$1" "$2" || return 1
    changed "$2: $1"
}

services_reread() { ! has_systemd || systemctl daemon-reload; }

say_not_started() {
    [ "${#NOT_STARTED[@]}" -gt 0 ] || return 0
    say "systemd does not run here, so these were not started:"
    printf '  %s\n' "${NOT_STARTED[@]}"
}
