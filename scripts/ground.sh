# What `run` and `test` share: the packages that they need, and the check of the build folder.
# Sourced by bash.

# What the programs are built with and run over.
program_packages="libarchive-dev libcmark-gfm-dev libcmark-gfm-extensions-dev libcurl4-openssl-dev libicu-dev libpq-dev
    librdkafka-dev libssl-dev libstemmer-dev libutf8proc-dev pkg-config postgresql-15 zlib1g-dev"

# Installs the missing ones of the named Debian packages. Without root rights it prints the apt-get command to run.
need_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' \
            || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        echo "$(basename "$0"): Debian packages are missing. Install them, then try again:" >&2
        echo "  sudo apt-get install -y ${missing[*]}" >&2
        exit 1
    fi
    echo "Installing ${missing[*]}" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # Postgres's package would make and start a cluster of its own; the marketplace makes a private one.
    if [[ " ${missing[*]} " == *" postgresql-15 "* ]]; then
        apt-get install -y -qq postgresql-common > /dev/null
        sed -i 's/^#\?\s*create_main_cluster\s*=.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
        grep -q '^create_main_cluster = false' /etc/postgresql-common/createcluster.conf \
            || echo 'create_main_cluster = false' >> /etc/postgresql-common/createcluster.conf
    fi
    apt-get install -y -qq "${missing[@]}" > /dev/null
}

# Gets promtool out of Debian's package, which would start a server of its own where it is installed.
need_promtool() {
    [ ! -x .build/promtool ] || return 0
    local folder
    folder=$(mktemp -d)
    if ! (cd "$folder" && apt-get download -qq prometheus 2> /dev/null); then
        [ "$(id -u)" -ne 0 ] || apt-get update -qq
        (cd "$folder" && apt-get download -qq prometheus) || {
            rm -rf "$folder"
            echo "$(basename "$0"): apt-get can't download the package prometheus. Run: sudo apt-get update" >&2
            exit 1
        }
    fi
    dpkg-deb --extract "$folder"/prometheus_*.deb "$folder/package"
    mkdir -p .build
    cp "$folder/package/usr/bin/promtool" .build/promtool
    rm -rf "$folder"
}

need_swift() {
    command -v swift > /dev/null || { echo "$(basename "$0"): the Swift 6.3 toolchain is missing on PATH" >&2; exit 1; }
}

# Files of another user in .build make a build fail half-way and in many words.
need_own_build_folder() {
    [ -e .build ] || return 0
    local owner
    owner=$(stat -c %u .build)
    if [ "$owner" -ne "$(id -u)" ]; then
        echo "$(basename "$0"): .build belongs to user $(stat -c %U .build), not to $(id -un). Build in a clone of your own, or remove it." >&2
        exit 1
    fi
}
