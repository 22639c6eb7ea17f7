#include "find/secret_value.h"

#include <ctype.h>
#include <string.h>

enum { WORDS_MAX = 12, WORD_ROOM = 24 };

static bool is_one_of(struct span s, const char *const *list)
{
	for (; *list; list++)
		if (span_equal_nocase(s, span_str(*list)))
			return true;
	return false;
}

static bool contains_one_of(struct span s, const char *const *list)
{
	for (; *list; list++)
		if (span_find_nocase(s, span_str(*list), 0) != SIZE_MAX)
			return true;
	return false;
}

bool value_has_digit(struct span v)
{
	for (size_t i = 0; i < v.n; i++)
		if (span_at(v, i) >= '0' && span_at(v, i) <= '9')
			return true;
	return false;
}

bool value_has_letter(struct span v)
{
	for (size_t i = 0; i < v.n; i++)
		if (isalpha(span_at(v, i)) || span_at(v, i) >= 0x80)
			return true;
	return false;
}

/* "xxxx", "****", "....", "0000", "------" */
static bool is_one_character(struct span v)
{
	for (size_t i = 1; i < v.n; i++)
		if (span_at(v, i) != span_at(v, 0))
			return false;
	return v.n > 0;
}

/* Masks keep a few characters: "abc*****", "sk-xxxxxxxx", "vp7jx...". */
static bool is_masked(struct span v)
{
	size_t run = 1, longest = 1;
	for (size_t i = 1; i < v.n; i++) {
		run = span_at(v, i) == span_at(v, i - 1) ? run + 1 : 1;
		int c = span_at(v, i);
		if (run > longest && (c == '*' || c == 'x' || c == 'X' || c == '.' || c == '#'))
			longest = run;
	}
	return longest >= 5 || span_ends_nocase(v, span_str("...")) || span_ends_nocase(v, span_str("\xe2\x80\xa6"));
}

/* A template's brackets around the whole or a part of it. */
static bool is_template(struct span v)
{
	static const char *const inside[] = { "${", "$(", "{{", "#{", "<%", "%(", "${{", "%{", "@@", "__", NULL };
	int first = span_at(v, 0), last = span_at(v, v.n - 1);
	if ((first == '<' && last == '>') || (first == '{' && last == '}') || (first == '[' && last == ']') ||
	    (first == '%' && last == '%') || (first == '(' && last == ')'))
		return true;
	if (first == '$' && v.n > 1 && (isalpha(span_at(v, 1)) || span_at(v, 1) == '_') && !value_has_digit(v))
		return true;
	if ((first == '[' || first == '<') && isalpha(span_at(v, 1)) && !value_has_digit(v))
		return true;	/* "[your password]" as far as its first blank */
	if (first == '%' && v.n <= 3)
		return true;
	if (span_starts(v, span_str("__")) && v.n > 4 && span_at(v, v.n - 1) == '_')
		return true;
	for (const char *const *t = inside; *t && strcmp(*t, "__"); t++)
		if (span_find(v, span_str(*t), 0) != SIZE_MAX)
			return true;
	return false;
}

/* AWS's documentation keys end in EXAMPLE or EXAMPLEKEY; elsewhere the word without digits says it. */
static bool is_example(struct span v)
{
	size_t at = span_find_nocase(v, span_str("example"), 0);
	if (at == SIZE_MAX)
		return false;
	return !value_has_digit(v) || span_ends_nocase(v, span_str("EXAMPLE")) || span_find(v, span_str("EXAMPLEKEY"), 0) != SIZE_MAX;
}

bool value_is_placeholder(struct span v)
{
	static const char *const words[] = {
		"null", "none", "nil", "undefined", "true", "false", "yes", "no", "on", "off", "string", "str", "text",
		"required", "optional", "hidden", "input", "varchar", "char", "not", "default", "empty", "blank", "n/a",
		"na", "tbd", "todo", "pending", "unknown", "unset", "ask", "prompt", "password", "passwd", "passwort",
		"pwd", "pass", "secret", "token", "apikey", "api_key", "username", "user", "mypassword", "foo", "bar",
		"foobar", "value", "key", "int", "integer", "boolean", "object", "array", "bytes", "the", "a", "is",
		"clear", "plain", "same", "see", "encrypted", "redacted", "masked", "omitted", "removed", "mot", "und",
		"kennwort", "senha", "contrase\xc3\xb1" "a", "oauth2", "oauth", "basic", "bearer", "digest", "jwt",
		"access_token", "refresh_token", "id_token", "client_secret", "accesstoken", "md5", "sha1", "sha256", "bcrypt", NULL };
	static const char *const parts[] = {
		"changeme", "change_me", "change-me", "change this", "changethis", "replace_", "replace-", "replaceme",
		"replace with", "your_", "your-", "your ", "yourpass", "yoursecret", "yourtoken", "yourkey", "yourapi",
		"my_password", "my-password", "insert_", "insert-", "insert ", "enter_", "enter your", "enter-",
		"placeholder", "todo", "fixme", "redacted", "removed", "<password", "some_secret",
		"password_here", "_here", "-here", "put_", "xxxx", "abcdefgh", "12345678901234567890", "deadbeefdeadbeef",
		"lorem ipsum", "not_set", "notset", "dein_", "ihr_passwort", "votre_", "tu_contrase", NULL };
	v = span_trim(v);
	if (v.n < 2 || is_one_character(v) || is_masked(v) || is_template(v))
		return true;
	return is_one_of(v, words) || contains_one_of(v, parts) || is_example(v);
}

bool value_is_code(struct span v)
{
	if (!v.n || span_find_byte(v, '(', 0) != SIZE_MAX || span_starts(v, span_str("//")))
		return true;
	if (span_find(v, span_str("::"), 0) != SIZE_MAX || span_find(v, span_str("->"), 0) != SIZE_MAX)
		return true;
	if (span_at(v, v.n - 1) == '[')
		return true;
	if (span_at(v, v.n - 1) == ']' && span_find_byte(v, '[', 0) != SIZE_MAX)
		return true;
	static const char *const heads[] = { "self.", "this.", "os.", "process.", "req.", "request.", "config.", "env.",
		"settings.", "options.", "params.", "args.", "ctx.", "app.", "new ", "await ", "function", "lambda",
		"@", "&", "!", "$this", "$_", "var.", "local.", "data.", "module.", "each.", "secrets.", "vault:",
		"ref:", "file:", "env:", "arn:", "ssm:", NULL };
	for (const char *const *h = heads; *h; h++)
		if (span_starts_nocase(v, span_str(*h)) && v.n > strlen(*h))
			return true;
	return false;
}

/* The label's words in lower case: at case changes, digits kept with their word, other characters part them. */
struct words { unsigned count; char at[WORDS_MAX][WORD_ROOM]; };

static void split(struct span label, struct words *w)
{
	*w = (struct words){ 0 };
	size_t n = 0;
	int before = 0;
	for (size_t i = 0; i <= label.n && w->count < WORDS_MAX; i++) {
		int c = span_at(label, i);
		bool is_part = c >= 0x80 || isalnum(c);
		bool starts = n && (!is_part || (isupper(c) && islower(before)) || (isdigit(c) && !isdigit(before)) ||
			(isupper(c) && isupper(before) && islower(span_at(label, i + 1))));
		if (starts) {
			w->count++;
			n = 0;
		}
		if (is_part && w->count < WORDS_MAX && n + 1 < WORD_ROOM)
			w->at[w->count][n++] = (char)tolower(c);
		before = c;
	}
}

/* What a secret's name may end in without naming something else about the secret. */
static const char *const about[] = {
	"field", "fields", "file", "files", "filename", "path", "dir", "length", "len", "min", "max", "policy",
	"expiry", "expires", "expire", "expiration", "expired", "changed", "change", "changes", "reset", "url", "uri",
	"endpoint", "name", "names", "type", "types", "id", "ids", "ref", "reference", "label", "placeholder", "hint",
	"prompt", "error", "errors", "message", "msg", "input", "regex", "pattern", "format", "rule", "rules",
	"strength", "required", "is", "manager", "service", "provider", "factory", "class", "store", "encoder",
	"count", "history", "age", "timeout", "ttl", "lifetime", "lookup", "authentication", "mode", "algorithm",
	"method", "version", "box", "page", "form", "column", "param", "parameter", "params", "header", "prefix",
	"suffix", "env", "variable", "command", "cmd", "protected", "protection", "needed", "enabled", "disabled",
	"allowed", "valid", "invalid", "validation", "validator", "check", "checker", "visible", "hidden", "question", "attempts",
	"size", "title", "description", "desc", "created", "updated", "time", "date", "usage", "requirements",
	"generator", "hash", "hashes", "hashed", "salt", "digest", "link", "email", "request", "response", "view",
	"model", "handler", "helper", "util", "utils", "test", "info", "index", "position", "number", "scope",
	"authenticated", "auth", "login", "bytes", "source", "entry", "element", "el", "btn", "button", "dialog",
	"screen", "controller", "options", "encryption", "encrypted", "by", "in", "on", "for", "to", "from", "with",
	"of", "mount", "limit", "usage", "tokens", "window", "stream", "list", "map", "set", "kind", "match",
	"matches", "mismatch", "strategy", "grant", "issuer", "audience", "revocation", "refresh", "signature",
	"recovery", "notice", "status", "state", "flag", "level", "group", "groups", "role", "owner", "cache",
	"public", "keeper", "safe", "word", "words", "port", "host", "hostname", "user", "username", "through", "over", "ed", "ing",
	NULL };

static bool is_about(const char *word)
{
	return is_one_of(span_str(word), about);
}

static bool is_word_of(const char *word, const char *const *list)
{
	size_t n = strlen(word);
	while (n && isdigit((unsigned char)word[n - 1]))
		n--;
	return is_one_of(span_of(word, n), list);
}

/* "dbpass", "mysqlpasswd", "userpwd": a known ending without a case change before it. */
static bool ends_as_password(const char *word)
{
	static const char *const endings[] = { "password", "passwd", "passwort", "passphrase", "pwd", "pass", "passw", NULL };
	static const char *const not[] = { "compass", "bypass", "surpass", "trespass", "overpass", "underpass",
		"encompass", "byebyepass", "cwd", "boardingpass", "multipass", "renderpass", "lowpass", "highpass",
		"bandpass", "firstpass", "lastpass", "keepass", "1pass", "enpass", NULL };
	struct span w = span_str(word);
	if (is_one_of(w, not))
		return false;
	for (const char *const *e = endings; *e; e++)
		if (w.n > strlen(*e) && span_ends_nocase(w, span_str(*e)))
			return true;
	return false;
}

static enum kind word_kind(const char *word, const char *before)
{
	static const char *const passwords[] = {
		"password", "passwords", "passwd", "passwort", "passwörter", "passphrase", "passcode", "pass", "pwd",
		"passw", "pswd", "psw", "pw", "kennwort", "motdepasse", "passe", "mdp", "contrase\xc3\xb1" "a", "contrasena",
		"senha", "wachtwoord", "has\xc5\x82o", "l\xc3\xb6senord", "\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c",
		"\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89", "\xe5\xaf\x86\xe7\xa0\x81", "\xe5\xaf\x86\xe7\xa2\xbc", "\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8",
		"userpass", "rootpw", "adminpw", "dbpw", NULL };
	static const char *const secrets[] = { "secret", "secrets", "token", "apikey", "accesskey", "secretkey", "privatekey",
		"masterkey", "authkey", "authtoken", "accesstoken", "clientsecret", "credential", "accountkey",
		"encryptionkey", "adminauth", "apitoken", "apisecret", "appsecret", "secretaccesskey", NULL };
	static const char *const key_heads[] = { "api", "access", "secret", "private", "auth", "encryption", "signing",
		"master", "client", "account", "consumer", "app", "license", "storage", "shared", "session", "service",
		"admin", "deploy", "cipher", "aes", "hmac", NULL };
	if (is_word_of(word, passwords) || ends_as_password(word))
		return KIND_PASSWORD;
	if (is_word_of(word, secrets))
		return KIND_CONFIG_SECRET;
	if (strcmp(word, "key") == 0 && before && is_one_of(span_str(before), key_heads))
		return KIND_CONFIG_SECRET;
	if (strcmp(word, "auth") == 0 && !before)
		return KIND_CONFIG_SECRET;
	return KIND_COUNT;
}

enum kind label_kind(struct span label)
{
	static const char *const heads[] = { "no", "forgot", "forgotten", "reset", "invalid", "incorrect", "wrong", "use",
		"require", "requires", "required", "has", "is", "show", "hide", "verify", "validate", "check", "min",
		"max", "public", "csrf", "xsrf", "next", "page", "continuation", "type", "cancellation", "syntax",
		"parse", "lex", "confirm", "max_", "num", "total", "prompt", "completion", "input", "output", "device",
		"nonce", "sync", "boarding", "if", NULL };
	struct words w;
	split(label, &w);
	enum kind kind = KIND_COUNT;
	for (unsigned i = 0; i < w.count; i++) {
		enum kind k = word_kind(w.at[i], i ? w.at[i - 1] : NULL);
		if (k != KIND_COUNT)
			kind = kind == KIND_PASSWORD ? kind : k;
		else if (kind != KIND_COUNT && is_about(w.at[i]))
			return KIND_COUNT;
	}
	return w.count > 1 && is_one_of(span_str(w.at[0]), heads) ? KIND_COUNT : kind;
}
