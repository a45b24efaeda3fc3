# Prints the SQL files given, in that order, as the C array that db/migrations.h declares.
BEGIN {
  print "/* Made from db/migrations/ by embed.awk: do not edit. */"
  print "#include \"db/migrations.h\"\n"
  print "const Migration migrations[] = {"
}
FNR == 1 {
  if (NR > 1)
    print "  },"
  name = FILENAME
  sub(/.*\//, "", name)
  sub(/\.sql$/, "", name)
  printf "  {\n    \"%s\",\n", name
  files++
}
{
  gsub(/\\/, "\\\\")
  gsub(/"/, "\\\"")
  gsub(/\?/, "\\?")
  printf "    \"%s\\n\"\n", $0
}
END {
  if (files)
    print "  },"
  print "};"
  print "const int migrations_n = sizeof migrations / sizeof migrations[0];"
}
