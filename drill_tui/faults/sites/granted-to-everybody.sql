SELECT shown AS site, ARRAY[format('GRANT SELECT ON %s TO PUBLIC', quoted)] AS statements
FROM tables
WHERE NOT EXISTS (SELECT FROM aclexplode(relacl) AS g WHERE g.grantee = 0) ORDER BY shown
