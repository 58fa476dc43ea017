# shellcheck shell=bash
# What the scripts of deploy/ print, and how they end.

# say TEXT: a line of progress.
say() { printf '%s\n' "$*"; }

# fail TEXT: ends the script with 1; nothing after it is done.
fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

CHANGES=0

# changed TEXT: one thing on this machine is now other than it was.
changed() {
    CHANGES=$((CHANGES + 1))
    say "  changed: $*"
}

# changed_since NUMBER: whether CHANGES grew since it was NUMBER.
changed_since() { [ "$CHANGES" -gt "$1" ]; }

need_root() { [ "$(id -u)" = 0 ] || fail "run this as root"; }
