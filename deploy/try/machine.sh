# shellcheck shell=bash
# shellcheck disable=SC2154 # here: this folder, set by debian
# A Debian machine in a folder: systemd-nspawn boots it with a network of its own, which reaches
# the packages through slirp4netns, and cannot be reached.

MACHINE_PID="" MACHINE_LEADER="" MACHINE_NET=""

machine_make() {
    local root=$1/root
    command -v debootstrap systemd-nspawn slirp4netns >/dev/null || {
        echo "apt-get install debootstrap systemd-container slirp4netns" >&2
        exit 2
    }
    if [ ! -f "$root/etc/debian_version" ]; then
        echo "== debootstrap $2"
        mkdir -p "$root"
        debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,ca-certificates \
            "$2" "$root" >"$1/debootstrap.log" 2>&1 || { tail "$1/debootstrap.log"; exit 1; }
    fi
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    # Where packages come through a proxy with a certificate of its own.
    cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
    rm -rf "$root/root/mxshop"
    git -c safe.directory='*' clone --quiet "$(dirname "$(dirname "$here")")" "$root/root/mxshop"
    cp "$here"/load.py "$here"/tokens.py "$root/root/"
    MACHINE=$root
}

machine_on() {
    systemd-nspawn -D "$MACHINE" --boot --machine="mxshop-try-$$" --register=no --keep-unit \
        --private-network --console=read-only </dev/null >"$1/console.log" 2>&1 &
    MACHINE_PID=$!
    local tries=0
    until MACHINE_LEADER=$(pgrep -P "$MACHINE_PID" | head -n 1) && [ -n "$MACHINE_LEADER" ] &&
        inside systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'; do
        tries=$((tries + 1))
        [ "$tries" -lt 90 ] || { cat "$1/console.log"; exit 1; }
        sleep 1
    done
    slirp4netns --configure --mtu=65520 "$MACHINE_LEADER" tap0 </dev/null >"$1/network.log" 2>&1 &
    MACHINE_NET=$!
    sleep 2
}

machine_off() {
    [ -z "$MACHINE_NET" ] || kill "$MACHINE_NET" 2>/dev/null || true
    [ -z "$MACHINE_LEADER" ] || inside systemctl poweroff >/dev/null 2>&1 || true
    [ -z "$MACHINE_PID" ] || wait "$MACHINE_PID" 2>/dev/null || true
}

# inside COMMAND: in the machine, as root.
inside() {
    nsenter -t "$MACHINE_LEADER" -a env -i HOME=/root LANG=C.UTF-8 \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
        NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
        ${PIP_INDEX_URL:+PIP_INDEX_URL="$PIP_INDEX_URL"} "$@"
}
