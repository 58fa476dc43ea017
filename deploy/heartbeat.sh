#!/bin/bash
# Writes down how a unit ended, for staff and /metrics (ExecStopPost= of mxshop-backup.service):
#   deploy/heartbeat.sh backup
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd -P)
if [ "${SERVICE_RESULT:-}" = success ]; then
    exec "$here/manage" heartbeat "$1"
fi
exec "$here/manage" heartbeat "$1" --failed --result "${SERVICE_RESULT:-unknown}"
