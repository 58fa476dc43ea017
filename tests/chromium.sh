#!/bin/sh
# Chromium, without the two pages that make up the menu of its address bar: nobody sees that bar,
# and they cost each new page of a test a second. Chromium takes the last --disable-features
# alone, so the names are put into Playwright's own list.
for argument; do
    shift
    case $argument in
    --disable-features=*) argument=$argument,WebUIOmniboxPopup,WebUIOmniboxAimPopup ;;
    esac
    set -- "$@" "$argument"
done
exec "$CHROMIUM" "$@"
