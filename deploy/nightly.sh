#!/bin/sh
# For the backup of compose.yaml: `nightly.sh HH:MM` backs everything up each night at that time (of TZ), and at once where the newest backup
# is more than a day old, as when the machine was off. What is older than KEEP_DAYS is removed once a backup went well.
set -u
folder=${BACKUP_DIR:?the folder of backups}

back_up() {
  mieruka backup "$folder/$(date -u +%Y%m%dT%H%M%SZ)" &&
    find "$folder" -mindepth 1 -maxdepth 1 -type d -name '20*T*Z' -mtime "+${KEEP_DAYS:-30}" -exec rm -rf {} +
}

seconds_until() {
  now=$(date +%s) at=$(date -d "$1" +%s)
  [ "$at" -gt "$now" ] || at=$(date -d "tomorrow $1" +%s)
  echo $((at - now))
}

[ -n "$(find "$folder" -mindepth 1 -maxdepth 1 -type d -name '20*T*Z' -mtime -1)" ] || back_up
while :; do
  sleep "$(seconds_until "$1")"
  back_up
done
