#!/bin/sh
# Whether this MariaDB is a node of the cluster that may be written to: an answer of HTTP for
# haproxy's check, 200 or 503: /usr/local/sbin/mxshop-node-state, started by mxshop-node.socket for each
# question. As root it needs no password; NODE_SOCKET, NODE_LEAVING: other files than Debian's.
set -u
# The question itself, which nobody needs.
while IFS= read -r line; do
    [ "${#line}" -gt 1 ] || break
done
state=$(timeout 2 mariadb ${NODE_SOCKET:+"--socket=$NODE_SOCKET"} --batch --skip-column-names -e \
    "SELECT GROUP_CONCAT(variable_value ORDER BY variable_name SEPARATOR ' ')
     FROM information_schema.global_status
     WHERE variable_name IN ('wsrep_cluster_status', 'wsrep_local_state', 'wsrep_ready')
     UNION ALL SELECT @@read_only" 2>/dev/null | tr '\n' ' ')
# About to be stopped (mariadb-leaving.conf).
[ ! -e "${NODE_LEAVING:-/run/mxshop-node-leaving}" ] || state=leaving
# Of the primary part, synced (4), ready, and not read-only.
case $state in
    "Primary 4 ON 0 ") status="200 OK" ;;
    *) status="503 Service Unavailable" ;;
esac
printf 'HTTP/1.0 %s\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n%s\n' "$status" "${state:-no answer}"
