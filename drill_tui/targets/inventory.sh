# Says what a PostgreSQL installation holds, one `key value` a line; reads only, needs a POSIX shell and pg_config.
printf 'version %s\n' "$(pg_config --version)"
printf 'configure %s\n' "$(pg_config --configure)"
share=$(pg_config --sharedir)
# value NAME FILE: a setting of a control file, where quotes and the equals sign may be left out
value() { sed -n "s/^[[:space:]]*$1[[:space:]]*=\{0,1\}[[:space:]]*'\{0,1\}\([^'#[:space:]]*\).*/\1/p" "$2"; }
for control in "$share"/extension/*.control; do
  version=$(value default_version "$control")
  [ -z "$version" ] || printf 'control %s %s\n' "$(basename "$control" .control)" "$version"
  directory=$(value directory "$control")
  case $directory in '') continue ;; /*) ;; *) directory=$share/$directory ;; esac
  for script in "$directory"/*--*.sql; do printf 'script %s\n' "${script##*/}"; done
done
for script in "$share"/extension/*--*.sql; do printf 'script %s\n' "${script##*/}"; done
for library in "$(pg_config --pkglibdir)"/*.so; do printf 'library %s\n' "$(basename "$library" .so)"; done
locale -a 2>/dev/null | sed 's/^/locale /'
