# shellcheck shell=bash
# The shop's system account and its folders.

account_make() {
    if ! id "$SHOP_USER" >/dev/null 2>&1; then
        useradd --system --user-group --home-dir "$STATE_DIR" --shell /usr/sbin/nologin "$SHOP_USER"
        changed "user $SHOP_USER"
    fi
    put_folder "$HOME_DIR" 755 root:root
    put_folder "$RELEASES" 755 root:root
    put_folder "$VENVS" 755 root:root
    put_folder "$SLOTS" 755 root:root
    put_folder "$CONFIG_DIR" 750 "root:$SHOP_USER"
    put_folder "$TLS_DIR" 700 root:root
    put_folder "$STATE_DIR" 755 "$SHOP_USER:www-data"
    put_folder "$STATE_DIR/media" 755 "$SHOP_USER:www-data"
    if [ -d "$STATE_DIR/static" ] && [ ! -L "$STATE_DIR/static" ]; then
        mv "$STATE_DIR/static" "$STATE_DIR/static.old"
        changed "$STATE_DIR/static is now static.old: each release has its own"
    fi
    put_link "$CURRENT/static" "$STATE_DIR/static"
    put_file /etc/tmpfiles.d/mxshop.conf 644 root:root <"$DEPLOY/conf/tmpfiles.conf"
    systemd-tmpfiles --create /etc/tmpfiles.d/mxshop.conf
}
