# shellcheck shell=bash
# Files and links that are written only when they differ from what is there; CHANGES counts them.

# put_file PATH MODE OWNER:GROUP < CONTENT
put_file() {
    local path=$1 mode=$2 owner=$3 new
    new=$(mktemp "$path.XXXXXX")
    cat >"$new"
    if [ -f "$path" ] && cmp -s "$new" "$path" &&
        [ "$(stat -c '%a %U:%G' "$path")" = "$mode $owner" ]; then
        rm -f "$new"
        return 0
    fi
    chown "$owner" "$new"
    chmod "$mode" "$new"
    mv -f "$new" "$path"
    changed "$path"
}

# put_folder PATH MODE OWNER:GROUP
put_folder() {
    [ -d "$1" ] && [ "$(stat -c '%a %U:%G' "$1")" = "$2 $3" ] && return 0
    install -d -m "$2" -o "${3%:*}" -g "${3#*:}" "$1"
    changed "$1/"
}

# put_link TARGET PATH: replaces the link in one step.
put_link() {
    [ "$(readlink "$2" 2>/dev/null)" = "$1" ] && return 0
    rm -f "$2.new"
    ln -s "$1" "$2.new"
    mv -Tf "$2.new" "$2"
    changed "$2 -> $1"
}

# setting FILE NAME: the value of NAME in a file of NAME=value lines, or nothing.
setting() { sed -n "s/^$2=//p" "$1" 2>/dev/null | tail -n 1; }
