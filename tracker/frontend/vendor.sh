#!/bin/sh
# Refreshes tracker/static/vendor from package-lock.json. Needs node 20+; running Vigil does not.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts
exec node vendor.mjs
