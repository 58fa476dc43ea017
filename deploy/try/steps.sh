# shellcheck shell=bash
# shellcheck disable=SC2154 # here: this folder, set by debian
# What is tried on the machine, in this order.

NAME=shop.example.com
SHOP=/root/mxshop/deploy

step() { printf '\n== %s (%ss)\n' "$*" "$SECONDS"; }

broken() {
    echo "DOES NOT HOLD: $*" >&2
    exit 1
}

step_install() {
    local settings=$MACHINE/root/settings
    step "install.sh, on a bare machine, without the keys of Alipay"
    printf '%s\n' ALIPAY_APP_ID=2021000000000009 ALIPAY_SELLER_ID=2088000000000009 \
        SMS_BACKEND=console ALLOW_CONSOLE_SMS=true THROTTLE_ANON=off THROTTLE_USER=off \
        ALLOW_NO_LIMITS=true >"$settings"
    if [ ! -f "$MACHINE/etc/mxshop/merchant.pem" ]; then
        code=0
        inside "$SHOP/install.sh" --domain $NAME --settings /root/settings || code=$?
        [ "$code" = 3 ] || broken "install.sh ends with $code where settings are missing, not with 3"
        step "the keys are there: install.sh again"
        inside openssl genrsa -out /etc/mxshop/merchant.pem 2048 2>/dev/null
        inside sh -c 'openssl genrsa 2048 2>/dev/null | openssl rsa -pubout -out /etc/mxshop/alipay.pem 2>/dev/null'
    fi
    inside "$SHOP/install.sh"
    inside mxshop load_demo
    answers
}

# The site answers through nginx, in TLS.
answers() {
    inside python3 - $NAME <<'PYTHON' || broken "the site does not answer"
import sys
sys.path.insert(0, "/root")
from load import connection_to
for path in ("/readyz/", "/goods/", "/index/", "/static/admin/css/base.css"):
    connection = connection_to(sys.argv[1])
    connection.request("GET", path, headers={"Host": sys.argv[1]})
    answer = connection.getresponse()
    print(" ", path, answer.status, len(answer.read()), "bytes")
    assert answer.status == 200
PYTHON
}

step_install_again() {
    step "install.sh once more"
    inside "$SHOP/install.sh" | tee "$MACHINE/root/again"
    grep -q '^nothing changed' "$MACHINE/root/again" || broken "a second run changes something"
}

# under_load SECONDS COMMAND...: six buyers meanwhile; none of their requests may fail.
under_load() {
    local seconds=$1 load
    shift
    inside mxshop shell -v0 -c "$(cat "$here/tokens.py")" >"$MACHINE/root/tokens"
    inside python3 /root/load.py $NAME "$seconds" 6 /root/tokens >"$MACHINE/root/load.json" &
    load=$!
    sleep 3
    inside "$@"
    wait "$load"
    echo "buyers meanwhile: $(cat "$MACHINE/root/load.json")"
    grep -q '"failed": 0,' "$MACHINE/root/load.json" || broken "requests failed"
}

# Another version: a migration that adds a column, as every release may.
step_upgrade_under_load() {
    local last
    step "upgrade.sh under load, with a migration"
    last=$(basename "$(find "$MACHINE/root/mxshop/apps/goods/migrations" -name '0*.py' | sort | tail -n 1)" .py)
    cat >"$MACHINE/root/mxshop/apps/goods/migrations/9999_trial.py" <<PYTHON
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("goods", "$last")]
    operations = [
        migrations.RunSQL("ALTER TABLE goods_goods ADD COLUMN trial$RANDOM INT NULL", migrations.RunSQL.noop)
    ]
PYTHON
    commit "a column"
    under_load 150 "$SHOP/upgrade.sh"
    answers
}

commit() {
    inside git -C /root/mxshop add -A
    inside git -C /root/mxshop -c user.name=try -c user.email=try@example.com commit --quiet -m "$1"
}

step_back_under_load() {
    step "upgrade.sh --back under load"
    under_load 60 "$SHOP/upgrade.sh" --back
    answers
    inside mxshop audit_shop >/dev/null || broken "the audit finds something"
}

step_broken_release() {
    step "a release that cannot start is refused, and the old one goes on"
    echo 'raise RuntimeError("broken on purpose")' >>"$MACHINE/root/mxshop/mxshop/wsgi.py"
    commit "a fault"
    ! inside env READY_SECONDS=30 "$SHOP/upgrade.sh" --no-backup || broken "it was taken into service"
    answers
}

step_restore() {
    step "backup, a lost database, restore"
    inside "$SHOP/backup.sh" full
    ! inside "$SHOP/restore.sh" latest --replace || broken "a restore under a running shop"
    inside systemctl stop 'mxshop@*' mxshop-tasks mxshop-jobs.timer mxshop-backup.timer \
        mxshop-backup-log.timer
    inside mariadb -e 'DROP DATABASE mxshop'
    inside rm -rf /var/lib/mxshop/media/goods
    inside "$SHOP/restore.sh" latest --replace
    inside "$SHOP/install.sh"
    answers
    inside mxshop audit_shop || broken "the audit finds something"
}
