/* The table of commands: one row is everything about one command: its words, its request, its options, its columns, its help. */
#pragma once
#include "cli/fault.h"
#include "cli/session.h"
#include <jansson.h>

typedef enum {
  PARAMETER_TEXT,
  PARAMETER_NUMBER, /* a JSON integer */
  PARAMETER_FLAG,   /* takes no value */
  PARAMETER_LIST,   /* a,b or several times: a JSON array of strings */
  PARAMETER_PAIRS,  /* word=word, several times: a JSON object */
  PARAMETER_WORD,   /* a word of the API, which may be typed in French or English */
  PARAMETER_WORDS,  /* a list of such words */
  PARAMETER_PAPER,  /* a file, of which the SHA-256 is sent */
} ParameterKind;

typedef enum {
  PARAMETER_REQUIRED = 1,
  PARAMETER_MANY = 2, /* an argument that takes all that follows */
} ParameterFlags;

/* An option when name starts with "-", else an argument, in its place. */
typedef struct {
  const char *name;
  Text value;        /* what the help shows for its value */
  const char *field; /* of the JSON body, of the query, or {field} of the path. NULL: for the program, under name */
  ParameterKind kind;
  int flags; /* ParameterFlags */
  Text help;
} Parameter;

typedef struct _Command Command;

/* What was typed after the words of a command. fields: for the request. own: parameters without field, by name. */
typedef struct {
  const Command *command;
  json_t *fields, *own;
} Typed;

/* Runs a command, prints its answer (and what the server refused), and returns the exit code. When error is set the caller
 * prints it and leaves with its code instead. */
typedef Leave (*CommandFunc) (const Session *session, const Typed *typed, GError **error);

#define COMMAND_PARAMETERS 13 /* the last one stays empty */
struct _Command {
  const char *words;
  const char *method, *path; /* {field} in path is filled from the fields */
  const char *fixed;         /* "name=value" always sent, or NULL */
  const char *columns;       /* fields of a list, separated by spaces; NULL: not a list */
  const char *asked; /* fields that are codes, separated by spaces: asked for, never arguments (codes.h); or NULL */
  gboolean is_write; /* takes --preview, --override and --comment */
  CommandFunc run;
  Text done;    /* one line for each object made; {code} must come first */
  Text summary; /* one line of help */
  Parameter parameters[COMMAND_PARAMETERS];
};

extern const Command commands[];
extern const gsize commands_n;
/* Options that every command takes, and those of the commands that write. Both end with an empty row. */
extern const Parameter commands_common[];
extern const Parameter commands_writing[];

/* The command of exactly these words, or NULL. */
const Command *commands_find (const char *words);
