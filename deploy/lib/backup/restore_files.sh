# shellcheck shell=bash
# The uploads of a backup.

# media_restore OLD_PATH TARGET REPLACE SNAPSHOT...: later snapshots over earlier ones.
media_restore() {
    local path=$1 target=$2 replace=$3 snapshot room aside
    shift 3
    mkdir -p "$(dirname "$target")"
    room=$(mktemp -d "$(dirname "$target")/.restore.XXXXXX")
    for snapshot in "$@"; do
        store restore "$snapshot" --target "$room" --include "$path" ||
            fail "the uploads cannot be read from the backup; $target is as it was"
    done
    if [ ! -d "$target" ]; then
        mkdir -m 755 "$target"
        [ ! -d "$room$path" ] || chown --reference="$room$path" "$target"
    fi
    if [ "$replace" = yes ] && [ -n "$(ls -A "$target")" ]; then
        aside=$target.before-$(date +%Y%m%d-%H%M%S)
        mkdir "$aside"
        find "$target" -mindepth 1 -maxdepth 1 -exec mv -t "$aside" {} +
        say "what was in $target is now in $aside"
    fi
    if [ -n "$(ls -A "$room$path" 2>/dev/null)" ]; then
        chown -R --reference="$target" "$room$path"
        find "$room$path" -mindepth 1 -maxdepth 1 -exec mv -t "$target" {} +
    fi
    rm -rf "$room"
}
