#!/bin/bash
# Brings another version of the shop into service, without a lost or slow request:
#
#   deploy/upgrade.sh [REF]      the commit REF of this checkout (HEAD: what `git pull` brought)
#   deploy/upgrade.sh --back     the release that served before; again: forth
#   deploy/upgrade.sh --reload   the same release once more, after a change of /etc/mxshop/shop.env
#   ... --no-backup              no backup before migrations
#
# The new release is built and started beside the old one, asked until it answers, and gets the
# requests in one step. Whatever fails before that step leaves the old one serving. Exit 1 then.
set -euo pipefail
# shellcheck source=lib/load.sh
. "$(dirname "$(readlink -f "$0")")/lib/load.sh"

ref=HEAD what=forth backup=yes
for argument in "$@"; do
    case $argument in
        --back) what=back ;;
        --reload) what=reload ;;
        --no-backup) backup=no ;;
        -*) fail "usage: upgrade.sh [REF | --back | --reload] [--no-backup]" ;;
        *) ref=$argument ;;
    esac
done
need_root
lock
has_systemd || fail "systemd does not run here"
[ -n "$(slot_live)" ] || fail "nothing is installed here: run install.sh first"
serving=$(basename "$(readlink "$CURRENT")")

say "release"
case $what in
    forth)
        release_make "$ref"
        if [ "$RELEASE" = "$serving" ]; then
            say "nothing changed: $RELEASE serves already"
            exit 0
        fi
        ;;
    back)
        [ -e "$PREVIOUS/.complete" ] || fail "no release before $serving is kept"
        RELEASE=$(basename "$(readlink "$PREVIOUS")")
        ;;
    reload) RELEASE=$serving ;;
esac
say "  $serving serves; $RELEASE takes over"
settings_check "$RELEASE" || fail "the shop would not start (above); $(slot_live_text)"

# Going back leaves the tables as they are: a release works with those of the next one.
if [ "$what" = forth ] && ! release_manage "$RELEASE" migrate --check >/dev/null 2>&1; then
    say "migrations"
    if [ "$backup" = yes ]; then
        "$DEPLOY/backup.sh" full || fail "no backup, so no migrations; --no-backup goes without"
    fi
    release_manage "$RELEASE" migrate --noinput -v1 || fail "migrate failed; $(slot_live_text)"
fi

say "server"
units_install "$RELEASE"
slot=$(slot_free)
slot_start "$slot" "$RELEASE"
slot_switch "$slot" "$RELEASE"
service_do restart mxshop-tasks || fail "mxshop-tasks does not start: journalctl -u mxshop-tasks"
timers_on
site_make "$(domain_of_settings)"
releases_prune
say "$RELEASE serves"
