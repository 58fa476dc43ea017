# shellcheck shell=bash
# Redis: a bounded cache.

redis_settings() {
    local conf=/etc/redis/redis.conf before=$CHANGES
    put_file /etc/redis/mxshop.conf 644 root:root <"$DEPLOY/conf/redis.conf"
    if ! grep -qx 'include /etc/redis/mxshop.conf' "$conf"; then
        printf '\ninclude /etc/redis/mxshop.conf\n' >>"$conf"
        changed "$conf includes mxshop.conf"
    fi
    if changed_since "$before" && has_systemd; then
        service_do restart redis-server || fail "Redis does not start: journalctl -u redis-server"
    fi
    service_on redis-server || fail "Redis does not start: journalctl -u redis-server"
}
