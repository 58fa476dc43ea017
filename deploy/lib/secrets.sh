# shellcheck shell=bash
# Secrets and settings of this machine, made once. What is there is never written again.

random() { openssl rand -base64 "$1" | tr -d '\n=' | tr '+/' '-_'; }

# secrets_make DOMAIN [FILE]: shop.env from the template; FILE holds more NAME=value lines.
secrets_make() {
    local domain=$1 more=${2:-} password name
    if [ ! -f "$SHOP_ENV" ]; then
        password=$(openssl rand -hex 20)
        {
            sed -e "s/shop\.example\.com/$domain/g" -e "s/@DATABASE_PASSWORD@/$password/" \
                -e "s/@SECRET_KEY@/$(random 48)/" "$DEPLOY/conf/shop.env"
            [ -z "$more" ] || cat "$more"
        } >"$SHOP_ENV.new"
        # A name in FILE takes the place of the template's.
        awk -F= '/^[A-Z_]+=/ { last[$1] = NR } { line[NR] = $0; name[NR] = $1 }
            END { for (n = 1; n <= NR; n++) if (!(name[n] in last) || last[name[n]] == n) print line[n] }' \
            "$SHOP_ENV.new" | put_file "$SHOP_ENV" 640 "root:$SHOP_USER"
        rm -f "$SHOP_ENV.new"
    fi
    name=$CONFIG_DIR/backup.password
    if [ ! -f "$name" ]; then
        random 32 | put_file "$name" 600 root:root
    fi
    [ -f "$BACKUP_ENV" ] || put_file "$BACKUP_ENV" 600 root:root <"$DEPLOY/conf/backup.env"
}

# The shop's name: the host of SITE_URL.
domain_of_settings() { setting "$SHOP_ENV" SITE_URL | sed 's#^https://##; s#/.*##'; }
