#!/bin/sh
# Started by the supervisor as `run.sh NAME COMMAND…`: writes its pid, loads .run/env and becomes COMMAND, whose pid
# is thereby the one written.
set -eu
name=$1
shift
echo $$ > ".run/pids/$name.pid.new"
mv ".run/pids/$name.pid.new" ".run/pids/$name.pid"
if [ -n "$(find ".run/logs/$name.log" -size +50M 2> /dev/null)" ]; then
  mv ".run/logs/$name.log" ".run/logs/$name.log.1"
fi
exec >> ".run/logs/$name.log" 2>&1
set -a
. .run/env
set +a
exec "$@"
