# shellcheck shell=bash
# The two places, a and b, in which a release can run: the units mxshop@a and mxshop@b, each with
# a socket of its own. A new release starts in the free one, is asked until it answers, and takes
# over by one rename of live.sock. The old one ends when it has nothing left to answer.

READY_SECONDS=${READY_SECONDS:-120}
# A request takes no longer: harakiri in uwsgi.ini.
DRAIN_SECONDS=35

# slot_live: a, b or nothing.
slot_live() { basename "$(readlink "$LIVE_SOCKET" || true)" .sock; }

slot_free() { if [ "$(slot_live)" = a ]; then echo b; else echo a; fi; }

# ask_slot SLOT PATH [COUNT]: GET from its socket without nginx; true when all answer 200.
ask_slot() {
    python3 "$DEPLOY/lib/uwsgi_get.py" "$RUN_DIR/$1.sock" "$(domain_of_settings)" "$2" "${3:-1}"
}

# slot_start SLOT RELEASE: starts it and waits until it can serve; else it is stopped again.
slot_start() {
    local slot=$1 release=$2 end path
    ! systemctl is-active --quiet "mxshop@$slot" || systemctl stop "mxshop@$slot"
    put_link "$RELEASES/$release" "$SLOTS/$slot"
    say "  starting $release as mxshop@$slot ..."
    systemctl reset-failed "mxshop@$slot" 2>/dev/null || true
    systemctl start "mxshop@$slot" || slot_refused "$slot"
    end=$((SECONDS + READY_SECONDS))
    until ask_slot "$slot" /readyz/ 2>/dev/null; do
        systemctl is-active --quiet "mxshop@$slot" || slot_refused "$slot"
        [ "$SECONDS" -lt "$end" ] || slot_refused "$slot"
        sleep 0.5
    done
    # Each worker imports and compiles what its first requests need: nobody shall wait for that.
    for path in /goods/ /categorys/ /indexgoods/ /banners/ /index/ /admin/login/; do
        ask_slot "$slot" "$path" 24 2>/dev/null || say "  mxshop@$slot does not answer $path with 200"
    done
}

slot_refused() {
    journalctl -u "mxshop@$1" -n 25 --no-pager -o cat >&2
    systemctl stop "mxshop@$1"
    fail "the release does not get ready (above: its log). Nothing else has changed: $(slot_live_text)"
}

slot_live_text() {
    local slot
    slot=$(slot_live)
    if [ -n "$slot" ]; then echo "mxshop@$slot goes on serving"; else echo "nothing serves yet"; fi
}

# slot_switch SLOT RELEASE: from now on it gets the requests, and the other one ends.
slot_switch() {
    local slot=$1 release=$2 old
    old=$(slot_live)
    [ "$(readlink "$CURRENT")" = "$RELEASES/$release" ] || [ ! -e "$CURRENT" ] ||
        put_link "$(readlink "$CURRENT")" "$PREVIOUS"
    put_link "$RELEASES/$release" "$CURRENT"
    put_link "$RUN_DIR/$slot.sock" "$LIVE_SOCKET"
    systemctl enable --quiet "mxshop@$slot"
    if [ -n "$old" ] && [ "$old" != "$slot" ]; then
        systemctl disable --quiet "mxshop@$old"
        slot_drain "$old"
        systemctl stop "mxshop@$old"
        say "  mxshop@$old has ended"
    fi
}

# slot_drain SLOT: waits until no request is queued at its socket or being answered.
slot_drain() {
    local end=$((SECONDS + DRAIN_SECONDS))
    sleep 1
    while [ "$SECONDS" -lt "$end" ]; do
        [ "$(connections_of "$RUN_DIR/$1.sock")" != 0 ] || return 0
        sleep 0.3
    done
}

# Connections that are being answered, and those that wait in the queue of the listening socket.
connections_of() {
    ss -xaH | awk -v path="$1" '$5 == path { if ($2 == "LISTEN") n += $3; else n++ } END { print n + 0 }'
}
