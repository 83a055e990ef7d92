# Says what a PostgreSQL installation holds, one `key value` a line; reads only, needs a POSIX shell and pg_config.
# It starts no program for each file: hundreds of them would take longer than all the rest.
printf 'version %s\n' "$(pg_config --version)"
printf 'configure %s\n' "$(pg_config --configure)"
share=$(pg_config --sharedir)
# A setting of a control file: quotes and the equals sign may be left out.  grep names the file where it is given several.
grep -E '^[[:space:]]*(default_version|directory)([[:space:]=]|$)' "$share"/extension/*.control /dev/null |
  sed "s/:[[:space:]]*\(default_version\|directory\)[[:space:]]*=\{0,1\}[[:space:]]*'\{0,1\}\([^'#[:space:]]*\).*/ \1 \2/" |
  while read -r control name value; do
    case $name in
      default_version)
        control=${control##*/}
        [ -z "$value" ] || printf 'control %s %s\n' "${control%.control}" "$value"
        continue
        ;;
    esac
    case $value in '') continue ;; /*) ;; *) value=$share/$value ;; esac
    for script in "$value"/*--*.sql; do printf 'script %s\n' "${script##*/}"; done
  done
for script in "$share"/extension/*--*.sql; do printf 'script %s\n' "${script##*/}"; done
for library in "$(pg_config --pkglibdir)"/*.so; do
  library=${library##*/}
  printf 'library %s\n' "${library%.so}"
done
locale -a 2>/dev/null | sed 's/^/locale /'
