#!/bin/bash
# Tells somebody that a unit failed (mxshop-failed@.service, which OnFailure= starts):
#   deploy/failed.sh UNIT
# One line at the highest priority in the journal, and /etc/mxshop/on-failure, if that is a
# program, with the unit's name as its argument and the end of its log as its input: there a shop
# sends its mail or message.
set -euo pipefail
unit=$1
logger --priority daemon.crit --tag mxshop "$unit failed: journalctl -u $unit"
[ ! -x /etc/mxshop/on-failure ] ||
    journalctl -u "$unit" -n 30 --no-pager -o cat | /etc/mxshop/on-failure "$unit"
