# Says what a PostgreSQL installation holds, one `key value` a line; reads only, needs a POSIX shell and pg_config.
printf 'version %s\n' "$(pg_config --version)"
printf 'configure %s\n' "$(pg_config --configure)"
for control in "$(pg_config --sharedir)"/extension/*.control; do
  version=$(sed -n "s/^[[:space:]]*default_version[[:space:]]*=\{0,1\}[[:space:]]*'\{0,1\}\([^'#[:space:]]*\).*/\1/p" "$control")
  [ -z "$version" ] || printf 'control %s %s\n' "$(basename "$control" .control)" "$version"
done
for script in "$(pg_config --sharedir)"/extension/*--*.sql; do printf 'script %s\n' "${script##*/}"; done
for library in "$(pg_config --pkglibdir)"/*.so; do printf 'library %s\n' "$(basename "$library" .so)"; done
locale -a 2>/dev/null | sed 's/^/locale /'
