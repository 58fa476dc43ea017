# shellcheck shell=bash
# nginx: the shop's site and its certificate.

# certificate_make DOMAIN [EMAIL]: TLS_DIR holds the certificate of Let's Encrypt where there is
# one or EMAIL asks for one, else one that no browser trusts, so that nginx can start.
certificate_make() {
    local domain=$1 live=/etc/letsencrypt/live/$1
    if [ -f "$live/fullchain.pem" ]; then
        put_link "$live/fullchain.pem" "$TLS_DIR/fullchain.pem"
        put_link "$live/privkey.pem" "$TLS_DIR/privkey.pem"
    elif [ ! -e "$TLS_DIR/fullchain.pem" ]; then
        (umask 077 && openssl req -x509 -newkey rsa:2048 -nodes -days 825 -subj "/CN=$domain" \
            -addext "subjectAltName=DNS:$domain" -keyout "$TLS_DIR/privkey.pem" \
            -out "$TLS_DIR/fullchain.pem" 2>/dev/null) || fail "openssl cannot make a certificate"
        changed "a certificate that no browser trusts, until there is a real one: $TLS_DIR"
    fi
}

# certificate_ask DOMAIN EMAIL: from Let's Encrypt, which asks this machine over port 80.
certificate_ask() {
    [ -f "/etc/letsencrypt/live/$1/fullchain.pem" ] && return 0
    mkdir -p /var/www/html
    certbot certonly --quiet --non-interactive --agree-tos --email "$2" --webroot -w /var/www/html \
        -d "$1" --deploy-hook 'systemctl reload nginx' ||
        fail "no certificate for $1: does that name lead to this machine, and is port 80 open?"
    changed "certificate of Let's Encrypt for $1"
}

site_make() {
    local domain=$1 site=/etc/nginx/sites-available/mxshop before=$CHANGES
    site_text "$domain" | put_file "$site" 644 root:root
    put_link "$site" /etc/nginx/sites-enabled/mxshop
    if [ -e /etc/nginx/sites-enabled/default ]; then
        rm /etc/nginx/sites-enabled/default
        changed "nginx's default site is off"
    fi
    nginx -t -q || fail "nginx refuses $site"
    if changed_since "$before" && has_systemd && systemctl is-active --quiet nginx; then
        service_do reload nginx
    fi
    service_on nginx || fail "nginx does not start: journalctl -u nginx"
}

# site_text DOMAIN: nginx.conf for this machine. nginx 1.25.1 has another word for HTTP/2.
site_text() {
    local rewrite=()
    if dpkg --compare-versions "$(dpkg-query -W -f '${Version}' nginx)" ge 1.25.1; then
        rewrite=(-e 's/ ssl http2/ ssl/' -e 's/^    server_name _;/&\n    http2 on;/'
            -e 's/^    ssl_certificate  /    http2 on;\n&/')
    fi
    sed -e "s/shop\.example\.com/$1/g" -e "s#/etc/letsencrypt/live/$1/#$TLS_DIR/#" "${rewrite[@]}" \
        "$DEPLOY/nginx.conf"
}
