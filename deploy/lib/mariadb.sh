# shellcheck shell=bash
# MariaDB's settings, the shop's database and its user.

mariadb_settings() {
    local megabytes before=$CHANGES
    megabytes=$(awk '/^MemTotal:/ { print int($2 / 1024 * 2 / 5 / 128) * 128 }' /proc/meminfo)
    [ "$megabytes" -ge 128 ] || megabytes=128
    sed "s/@BUFFER_POOL@/$megabytes/" "$DEPLOY/conf/mariadb.cnf" |
        put_file /etc/mysql/mariadb.conf.d/70-mxshop.cnf 644 root:root
    if changed_since "$before" && has_systemd; then  service_do restart mariadb || fail "MariaDB does not start with \
/etc/mysql/mariadb.conf.d/70-mxshop.cnf: journalctl -u mariadb says why"
    fi
    service_on mariadb || fail "MariaDB does not start: journalctl -u mariadb says why"
}

# mariadb_database: the database and the user that DATABASE_URL of shop.env names.
mariadb_database() {
    local url user password name
    url=$(setting "$SHOP_ENV" DATABASE_URL)
    if ! [[ $url =~ ^mysql://([A-Za-z0-9_]+):([A-Za-z0-9_]+)@localhost/([A-Za-z0-9_]+)$ ]]; then
        say "  DATABASE_URL names another server: its database and user are yours to make"
        return
    fi
    user=${BASH_REMATCH[1]} password=${BASH_REMATCH[2]} name=${BASH_REMATCH[3]}
    if ! mariadb -e 'SELECT 1' >/dev/null 2>&1; then
        has_systemd && fail "root cannot log in to MariaDB by its socket"
        say "  MariaDB does not run: database and user are made by the next run"
        return
    fi
    if [ -z "$(mariadb -BNe "SHOW DATABASES LIKE '$name'")" ]; then
        mariadb -e "CREATE DATABASE $name CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
        changed "database $name"
    fi
    if ! MYSQL_PWD=$password mariadb -u "$user" -e 'SELECT 1' "$name" >/dev/null 2>&1; then
        # Over standard input, so that no list of processes shows the password.
        mariadb <<SQL
CREATE OR REPLACE USER $user@localhost IDENTIFIED BY '$password';
GRANT ALL ON $name.* TO $user@localhost;
SQL
        changed "database user $user"
    fi
    if [ "$(mariadb -BNe 'SELECT COUNT(*) FROM mysql.time_zone_name')" = 0 ]; then
        mariadb-tzinfo-to-sql /usr/share/zoneinfo 2>/dev/null | mariadb mysql
        changed "MariaDB's time zones (the admin filters dates by them)"
    fi
}
