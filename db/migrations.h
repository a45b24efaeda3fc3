/* The migrations of db/migrations/, in order, as the build embeds them (embed.awk). Migration i brings the schema to version i + 1. */
#pragma once

typedef struct {
  const char *name; /* "0001-register" */
  const char *sql;  /* with the tokens @PK@ @INT@ @BYTES@ @STRICT@ still in it */
} Migration;
extern const Migration migrations[];
extern const int migrations_n;
