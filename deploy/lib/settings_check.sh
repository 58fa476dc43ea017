# shellcheck shell=bash
# Whether the shop would start with its settings, before anything is touched.

# settings_check RELEASE: true, or the faults on standard error.
settings_check() {
    runuser -u "$SHOP_USER" -- "$RELEASES/$1/deploy/run" python manage.py check 2>&1 >/dev/null |
        sed 's/^/  /' >&2
    [ "${PIPESTATUS[0]}" = 0 ]
}

# release_manage RELEASE ARGUMENTS: manage.py of a release that need not serve yet.
release_manage() {
    local release=$1
    shift
    runuser -u "$SHOP_USER" -- "$RELEASES/$release/deploy/run" python manage.py "$@"
}

# keys_protect: what of /etc/mxshop the shop reads belongs to its group, and to nobody else.
keys_protect() {
    local file
    for file in "$SHOP_ENV" "$CONFIG_DIR"/*.pem "$CONFIG_DIR"/*.crt; do
        [ -f "$file" ] || continue
        [ "$(stat -c '%a %U:%G' "$file")" = "640 root:$SHOP_USER" ] && continue
        chown "root:$SHOP_USER" "$file"
        chmod 640 "$file"
        changed "$file is readable by root and the shop alone"
    done
}
