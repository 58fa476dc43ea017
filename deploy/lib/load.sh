# shellcheck shell=bash
# Reads the other files of this folder; DEPLOY is deploy/, PROJECT the checkout it lies in.
# shellcheck disable=SC2034
# put_file and others count in CHANGES also at the end of a pipe.
shopt -s lastpipe
DEPLOY=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
PROJECT=$(dirname "$DEPLOY")
for part in say paths files services packages accounts secrets mariadb redis release units slots site \
    settings_check; do
    # shellcheck source=/dev/null
    . "$DEPLOY/lib/$part.sh"
done
unset part

# One install, upgrade or way back at a time.
lock() {
    exec 9>"$DEPLOY_LOCK"
    flock -n 9 || fail "another install.sh or upgrade.sh is running"
}
