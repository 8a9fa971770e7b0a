#!/bin/sh
# Make .venv with the packages of one requirements file; does nothing when they are there already.
# Usage: scripts/setup.sh requirements.txt|requirements-dev.txt      PYTHON=... chooses the Python.
set -eu
cd "$(dirname "$0")/.."
wanted=$1
venv=.venv
unset PYTHONHOME PYTHONPATH || true

fail() {
    echo "$*" >&2
    exit 2
}

is_recent() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

version_of() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        is_recent "$PYTHON" || fail "PYTHON=$PYTHON is not a working Python 3.11 or later."
        echo "$PYTHON"
        return
    fi
    for name in python3 python3.13 python3.12 python3.11 python; do
        if is_recent "$name"; then
            echo "$name"
            return
        fi
    done
    fail "Vigil needs Python 3.11 or later, and found none. On Debian or Ubuntu: apt install python3 python3-venv.
If it is installed under another name: make setup PYTHON=/path/to/python3"
}

remove_venv() {
    [ -O "$venv" ] || fail "$PWD/$venv was made by another user and does not work for you. Remove it, or use a clone of your own."
    rm -rf "$venv"
}

# A .venv that is half made, lost its Python, or was made for another one is made anew.
if [ -e "$venv" ]; then
    if ! is_recent "$venv/bin/python" || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        remove_venv
    elif [ -n "${PYTHON:-}" ] && [ "$(version_of "$venv/bin/python")" != "$(version_of "$(find_python)")" ]; then
        remove_venv
    fi
fi

if [ ! -e "$venv" ]; then
    python=$(find_python)
    "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
        fail "$python cannot make virtual environments. On Debian or Ubuntu: apt install python3-venv"
    echo "Making $venv with Python $(version_of "$python")"
    "$python" -m venv "$venv" || fail "Making $venv failed. On Debian or Ubuntu: apt install python3-venv"
fi

# What was installed last lies beside the packages, so an unchanged file costs nothing.
if ! cmp -s "$wanted" "$venv/installed-$wanted"; then
    echo "Installing the packages of $wanted"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$wanted" ||
        fail "Installing the packages failed; pip says why above. Try again with: make setup"
    cp "$wanted" "$venv/installed-$wanted"
    # The development packages contain the others, in the same versions.
    [ "$wanted" = requirements.txt ] || cp requirements.txt "$venv/installed-requirements.txt"
fi
