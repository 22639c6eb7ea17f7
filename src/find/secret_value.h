/*
 * What stands after a label: is it a secret, a placeholder, a name in a
 * program, or prose? And what a label says: its words, whether they name a
 * secret itself or something about one ("password_length").
 */
#ifndef FIND_SECRET_VALUE_H
#define FIND_SECRET_VALUE_H

#include "core/kind.h"

/* True for templates and examples: "${PW}", "<password>", "changeme", "xxxx", "your_key_here", "%s". */
bool value_is_placeholder(struct span value);
/* True for a dotted, indexed or called name: "self.password", "getenv(X)", "$conf['pw']". */
bool value_is_code(struct span value);
bool value_has_digit(struct span value);
bool value_has_letter(struct span value);

/* The kind of secret a label names (KIND_PASSWORD, KIND_CONFIG_SECRET), KIND_COUNT when none. */
enum kind label_kind(struct span label);

#endif
