SELECT shown AS site, ARRAY[
    format('DELETE FROM %s WHERE ctid IN (SELECT ctid FROM (SELECT ctid, row_number() OVER () AS n FROM %1$s) AS numbered'
        ' WHERE n %% 2 = 0)', quoted)
] AS statements
FROM tables WHERE relrowsecurity ORDER BY is_parent, reltuples, shown
