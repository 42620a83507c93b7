#!/bin/sh
# Runs every fuzz target for a while: fuzz/run.sh SECONDS [TARGET…]
# A target is a [[bin]] of fuzz/Cargo.toml whose seeds are in fuzz/seeds/TARGET. Finds go to
# fuzz/corpus-grown and fuzz/artifacts, which are not committed; copy what is worth keeping to the seeds.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-30}
[ $# -eq 0 ] || shift
cargo fuzz --version >/dev/null 2>&1 || cargo install cargo-fuzz --locked
export RUSTC_BOOTSTRAP=1
# an own target directory: builds with sanitizers share nothing with others
export CARGO_TARGET_DIR="$PWD/fuzz/target"
[ $# -gt 0 ] || set -- $(cargo fuzz list)
cargo fuzz build
failed=
for target; do
    echo "== $target: $seconds s"
    grown=fuzz/corpus-grown/$target
    seeds=fuzz/seeds/$target
    mkdir -p "$grown" "$seeds"
    cargo fuzz run "$target" "$grown" "$seeds" -- -max_total_time="$seconds" -max_len=65536 -timeout=10 \
        -rss_limit_mb=2048 -print_final_stats=0 -verbosity=0 || failed="$failed $target"
done
[ -z "$failed" ] || { echo "crashed:$failed (inputs in fuzz/artifacts)" >&2; exit 1; }
