#!/bin/bash
# Sets the shop up on a Debian 12 or newer, from nothing to serving over TLS:
#
#   deploy/install.sh --domain shop.example.com [--certbot you@example.com] [--settings FILE]
#
# Packages, MariaDB, Redis, nginx, systemd units and timers, a release of this checkout's commit,
# secrets made once. It may be run again at any time: it changes what is not as it should be, says
# what, and leaves the rest alone. FILE holds NAME=value lines for /etc/mxshop/shop.env when that
# is first written. Exit 0: it serves; 3: set up, and settings are missing; 1: it failed.
set -euo pipefail
# shellcheck source=lib/load.sh
. "$(dirname "$(readlink -f "$0")")/lib/load.sh"

usage() { fail "usage: install.sh --domain NAME [--certbot EMAIL] [--settings FILE]"; }

domain="" email="" settings=""
while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || usage
    case $1 in
        --domain) domain=$2 ;;
        --certbot) email=$2 ;;
        --settings) settings=$2 ;;
        *) usage ;;
    esac
    shift 2
done
need_root
debian_check
lock
domain=${domain:-$(domain_of_settings)}
[[ $domain =~ ^[a-z0-9-]+(\.[a-z0-9-]+)+$ ]] || usage
[ -z "$settings" ] || [ -r "$settings" ] || fail "$settings cannot be read"
if [ -f "$SHOP_ENV" ] && [ "$domain" != "$(domain_of_settings)" ]; then
    fail "$SHOP_ENV has SITE_URL=$(setting "$SHOP_ENV" SITE_URL): change it there (and ALLOWED_HOSTS)"
fi

[ ! -e "$HOME_DIR/.git" ] || fail "$HOME_DIR is a checkout that serves as it is: deploy/README.md, \
\"From a machine that was set up by hand\""

say "packages"
packages_install
say "account, folders, secrets"
account_make
secrets_make "$domain" "$settings"
keys_protect
journal_limit
say "MariaDB and Redis"
mariadb_settings
mariadb_database
redis_settings
service_on chrony || say "  chrony does not start here: the clock is set by another program?"
say "release"
if [ -e "$CURRENT" ]; then
    RELEASE=$(basename "$(readlink "$CURRENT")")
    [ "$RELEASE" = "$(release_name HEAD)" ] ||
        say "  $RELEASE serves; upgrade.sh brings this checkout's $(release_name HEAD)"
else
    release_make HEAD
fi
put_file /usr/local/bin/mxshop 755 root:root <"$DEPLOY/manage"
units_install "$RELEASE"

say "settings"
if ! settings_check "$RELEASE"; then
    say_not_started
    say "Set up, but not started: the lines above say what $SHOP_ENV lacks."
    say "Then run install.sh again."
    exit 3
fi

say "database and server"
if has_systemd; then
    if ! release_manage "$RELEASE" migrate --check >/dev/null 2>&1; then
        release_manage "$RELEASE" migrate --noinput -v0 || fail "migrate failed"
        changed "the database has the release's tables"
    fi
    slot=$(slot_live)
    if [ -z "$slot" ]; then
        slot_start a "$RELEASE"
        slot_switch a "$RELEASE"
    else
        service_on "mxshop@$slot" || fail "mxshop@$slot does not start: journalctl -u mxshop@$slot"
    fi
else
    # shellcheck disable=SC2153 # RELEASES is in paths.sh
    [ -e "$CURRENT" ] || put_link "$RELEASES/$RELEASE" "$CURRENT"
    NOT_STARTED+=("migrate" "mxshop@a")
fi
service_on mxshop-tasks || fail "mxshop-tasks does not start: journalctl -u mxshop-tasks"
timers_on

say "nginx and the certificate"
certificate_make "$domain"
site_make "$domain"
if [ -n "$email" ] && has_systemd; then
    certificate_ask "$domain" "$email"
    before=$CHANGES
    certificate_make "$domain"
    ! changed_since "$before" || service_do reload nginx
fi

say_not_started
if [ "$CHANGES" = 0 ]; then
    say "nothing changed: everything was as it should be"
else
    say "$CHANGES things changed"
fi
has_systemd || exit 0
say "https://$domain/ is served by $(basename "$(readlink "$CURRENT")")"
[ -e "/etc/letsencrypt/live/$domain/fullchain.pem" ] ||
    say "The certificate is not trusted by browsers yet: install.sh --certbot you@example.com"
say "Keep a copy of $CONFIG_DIR/backup.password away from this machine: no backup opens without it."
