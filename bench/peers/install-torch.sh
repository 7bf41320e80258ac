#!/bin/sh
# Makes .cache/torch-venv, a Python with PyTorch for the benchmarks: from pip where that works, else from Debian's package.
set -eu
venv="$(cd "$(dirname "$0")/../.." && pwd)/.cache/torch-venv"

report() {
  echo "$venv: PyTorch $("$venv/bin/python" -c 'import torch; print(torch.__version__)') $1."
}

works() {
  "$venv/bin/python" -c 'import torch' 2>/dev/null
}

if works; then
  report 'is there already'
  exit 0
fi

if python3 -m venv "$venv" && "$venv/bin/pip" install --quiet torch numpy && works; then
  report 'installed by pip'
  exit 0
fi

echo 'pip could not install torch; trying the Debian package python3-torch.'
if ! /usr/bin/python3 -c 'import torch' 2>/dev/null; then
  apt-get install --yes --no-install-recommends python3-torch || true
fi
if /usr/bin/python3 -m venv --clear --system-site-packages --without-pip "$venv" && works; then
  report 'taken from the Debian package'
  exit 0
fi
echo 'PyTorch could not be installed; the benchmarks run without it.' >&2
exit 1
