# shellcheck shell=bash
# Releases: the code of one commit in a folder of its own, with its Python environment and its
# static files. A release never changes once it is made, so that nothing moves under workers that
# run it, and going back needs no building.

# release_name REF: date and commit, such as 20261127-120501-593f7f2a1b2c.
release_name() {
    git_here log -1 --format='%cd-%h' --date=format:%Y%m%d-%H%M%S --abbrev=12 "$1" 2>/dev/null ||
        fail "no commit $1 in $PROJECT"
}

git_here() { git -c safe.directory="$PROJECT" -C "$PROJECT" "$@"; }

# release_make REF: prints its progress; RELEASE is the name.
release_make() {
    RELEASE=$(release_name "$1")
    # shellcheck disable=SC2153 # RELEASES is in paths.sh
    local folder=$RELEASES/$RELEASE
    [ ! -f "$folder/.complete" ] || return 0
    [ -z "$(git_here status --porcelain)" ] ||
        say "  $PROJECT has changes that are not committed: they are left out"
    room_check
    rm -rf "$folder"
    mkdir -p "$folder"
    git_here archive "$1" | tar -x -C "$folder" || fail "$1 cannot be unpacked: is the disk full?"
    environment_make "$folder"
    front_make "$folder"
    chown -R root:root "$folder"
    "$folder/.venv/bin/python" -m compileall -q -x '/(node_modules|static)/' "$folder" >/dev/null ||
        fail "$folder cannot be compiled"
    ln -s "$SHOP_ENV" "$folder/.env"
    touch "$folder/.complete"
    changed "release $RELEASE is made"
}

# An environment, a build and a release take less than this.
room_check() {
    local free
    free=$(df --output=avail -m "$HOME_DIR" | tail -n 1)
    [ "$free" -ge 1500 ] || fail "$HOME_DIR has $free MB left, a release needs up to 1500"
}

# One environment for each set of requirements: an upgrade that changes none makes none.
environment_make() {
    local folder=$1 key venv node=()
    key=$(cd "$folder" && { cat requirements.txt deploy/requirements.txt storefront/node.txt
        python3 --version; } | sha256sum | cut -c 1-16)
    venv=$VENVS/$key
    if [ ! -f "$venv/.complete" ]; then
        say "  installing Python packages (minutes, the first time) ..."
        rm -rf "$venv"
        python3 -m venv "$venv"
        has_node "$folder" || node=(-r "$folder/storefront/node.txt")
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
            -r "$folder/deploy/requirements.txt" "${node[@]}" \
            >/var/log/mxshop-pip.log 2>&1 ||
            fail "Python packages cannot be installed; /var/log/mxshop-pip.log says why. \
A mirror: PIP_INDEX_URL=https://pypi.tuna.tsinghua.edu.cn/simple $0"
        touch "$venv/.complete"
        changed "Python environment $venv"
    fi
    ln -s "$venv" "$folder/.venv"
}

# The front is built by Node.js, which PyPI has where the machine has none that is new enough.
has_node() { (cd "$1" && python3 -m mxshop.storefront.node >/dev/null 2>&1); }

# The pages of the shop's own front, and all static files. The files of the release that serves
# stay beside them, for pages that are open.
front_make() {
    local folder=$1 old=$CURRENT/static/shop/assets
    install -d -o "$SHOP_USER" -g "$SHOP_USER" "$folder/static" "$STATE_DIR/storefront"
    say "  building the front ..."
    build "$folder" build_storefront >/var/log/mxshop-front.log 2>&1 ||
        fail "the front cannot be built; /var/log/mxshop-front.log says why"
    build "$folder" collectstatic --noinput -v0 || fail "static files cannot be collected"
    if [ -d "$old" ]; then
        find "$old/" -type f -mtime -60 -exec cp -an -t "$folder/static/shop/assets" {} + ||
            fail "$folder cannot be written"
    fi
}

# build FOLDER COMMAND...: manage.py with a developer's settings, as the shop's user.
build() {
    local folder=$1
    shift
    (cd "$folder" && runuser -u "$SHOP_USER" -- env -i \
        PATH="$folder/.venv/bin:/usr/local/bin:/usr/bin:/bin" HOME="$STATE_DIR" LANG=C.UTF-8 \
        DEBUG=true VAR_DIR="$STATE_DIR/storefront" MEDIA_ROOT="$STATE_DIR/media" STOREFRONT_DIR="$STATE_DIR/storefront" \
        STATIC_ROOT="$folder/static" PYTHONDONTWRITEBYTECODE=1 FRONTEND_DIR="$(setting "$SHOP_ENV" FRONTEND_DIR)" \
        ${NODE_EXTRA_CA_CERTS:+NODE_EXTRA_CA_CERTS="$NODE_EXTRA_CA_CERTS"} \
        ${NPM_CONFIG_REGISTRY:+NPM_CONFIG_REGISTRY="$NPM_CONFIG_REGISTRY"} \
        .venv/bin/python manage.py "$@")
}

# releases_prune: the three newest stay, and whatever a link names.
releases_prune() {
    local folder used
    used=$(readlink -f "$CURRENT" "$PREVIOUS" "$SLOTS"/* 2>/dev/null)
    find "$RELEASES" -mindepth 1 -maxdepth 1 -type d | sort -r | tail -n +4 | while read -r folder; do
        grep -qxF "$folder" <<<"$used" || { rm -rf "$folder"; say "  removed the old release $folder"; }
    done
    used=$(readlink -f "$RELEASES"/*/.venv)
    find "$VENVS" -mindepth 1 -maxdepth 1 -type d | while read -r folder; do
        grep -qxF "$folder" <<<"$used" || rm -rf "$folder"
    done
}
