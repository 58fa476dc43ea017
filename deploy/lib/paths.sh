# shellcheck shell=bash
# shellcheck disable=SC2034 # other files read these
# Where everything lies on a machine that install.sh has set up. The units, nginx.conf and the
# guide name the same paths.

SHOP_USER=mxshop
HOME_DIR=/srv/mxshop          # releases, environments, and the links that say which are used
RELEASES=$HOME_DIR/releases   # the code, a folder for each version
VENVS=$HOME_DIR/venvs         # Python environments, a folder for each set of requirements
SLOTS=$HOME_DIR/slots         # a and b: the release that mxshop@a and mxshop@b run
CURRENT=$HOME_DIR/current     # the release that serves; commands and timers use it too
PREVIOUS=$HOME_DIR/previous   # the release that served before
LIVE_SOCKET=$HOME_DIR/live.sock   # the socket that nginx passes requests to
RUN_DIR=/run/mxshop
STATE_DIR=/var/lib/mxshop
CONFIG_DIR=/etc/mxshop
SHOP_ENV=$CONFIG_DIR/shop.env
BACKUP_ENV=$CONFIG_DIR/backup.env
TLS_DIR=$CONFIG_DIR/tls
UNITS=/etc/systemd/system
DEPLOY_LOCK=/run/lock/mxshop-deploy
