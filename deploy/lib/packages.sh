# shellcheck shell=bash
# Debian's packages.

PACKAGES=(
    ca-certificates git nginx certbot mariadb-server redis-server restic openssl chrony logrotate
    iproute2 python3-venv
    # compile mysqlclient and uWSGI
    gcc libc6-dev pkg-config python3-dev default-libmysqlclient-dev libpcre2-dev
)

packages_install() {
    local package missing=()
    for package in "${PACKAGES[@]}"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
            missing+=("$package")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0
    apt-get update -qq || fail "apt-get update failed: is there a network?"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
        >/var/log/mxshop-packages.log 2>&1 ||
        fail "packages cannot be installed; /var/log/mxshop-packages.log says why"
    changed "packages: ${missing[*]}"
}

# The oldest Debian whose Python, MariaDB and nginx the shop runs on.
debian_check() {
    local id version
    id=$(setting /etc/os-release ID)
    version=$(setting /etc/os-release VERSION_ID | tr -d '"')
    if [ "$id" != debian ] || ! [ "${version%%.*}" -ge 12 ] 2>/dev/null; then
        fail "this is made for Debian 12 and newer; /etc/os-release says $id $version"
    fi
}
