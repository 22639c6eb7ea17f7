/*
 * Infrastructure: inventories of hosts, drawings of networks, configurations
 * of devices, lists of credentials. Judged by the whole item, one finding
 * each.
 */
#include "core/part.h"
#include "find/column.h"
#include "find/lexicon.h"

static const char infrastructure_key;
struct infrastructure_note { uint32_t hosts, logins; };

static int tell(const struct item *it, struct sink *out, enum kind kind, const char *value, const char *check, double confidence)
{
	const struct lexicon_notes *n = lexicon_notes(it);
	struct finding f = {
		.kind = kind, .value = span_str(value), .confidence = confidence, .rule = "infrastructure",
		.checks = { check }, .chance = 1e-4,
		.where = { .space = n ? SPACE_TEXT : SPACE_RAW, .end = n ? n->text_bytes : it->bytes.n },
	};
	return sink_finding(out, &f);
}

static int infrastructure_table(const struct item *it, const struct table *t, struct sink *out)
{
	(void)out;
	uint32_t address = t->columns, host = t->columns, password = t->columns, user = t->columns;
	for (uint32_t i = 0; i < t->columns; i++) {
		enum meaning m = column_meaning(t->names[i]);
		if (m == MEANING_IP_ADDRESS)
			address = i;
		else if (m == MEANING_HOST_NAME)
			host = i;
		else if (m == MEANING_PASSWORD)
			password = i;
		else if (m == MEANING_USER_NAME || m == MEANING_EMAIL)
			user = i;
	}
	struct infrastructure_note *n = item_note(it, &infrastructure_key, sizeof(*n));
	for (uint32_t row = 0; n && row < t->rows; row++) {
		if (address < t->columns && host < t->columns)
			n->hosts += table_cell(t, row, address).n > 0 && table_cell(t, row, host).n > 0;
		if (password < t->columns && (user < t->columns || host < t->columns))
			n->logins += table_cell(t, row, password).n > 0;
	}
	return OK;
}

struct config { enum topic topic; const char *what; unsigned score, distinct; };
static const struct config configs[] = {
	{ TOPIC_CONFIG_CISCO, "Cisco configuration", 6, 3 },
	{ TOPIC_CONFIG_JUNOS, "Junos configuration", 4, 2 },
	{ TOPIC_CONFIG_FORTINET, "FortiGate configuration", 5, 2 },
	{ TOPIC_CONFIG_IPTABLES, "packet filter rules", 4, 2 },
	{ TOPIC_CONFIG_OPENVPN, "OpenVPN configuration", 4, 2 },
	{ TOPIC_CONFIG_WIREGUARD, "WireGuard configuration", 5, 2 },
};

static int tell_config(const struct item *it, const struct lexicon_notes *n, struct sink *out)
{
	for (size_t i = 0; i < sizeof(configs) / sizeof(*configs); i++) {
		unsigned distinct, score = lexicon_score(n, configs[i].topic, &distinct);
		if (score >= configs[i].score && distinct >= configs[i].distinct)
			return tell(it, out, KIND_NETWORK_CONFIG, configs[i].what, "characteristic lines", 0.9);
	}
	return OK;
}

static int tell_diagram(const struct item *it, const struct lexicon_notes *n, struct sink *out)
{
	unsigned addresses = lexicon_hits(n, TOPIC_ADDRESS), devices = lexicon_hits(n, TOPIC_DEVICE);
	if (!lexicon_is_drawing(it) || devices < 3 || addresses + devices < 6)
		return OK;
	const char *value = arena_format(it->arena, "%u addresses, %u devices", addresses, devices);
	return tell(it, out, KIND_NETWORK_DIAGRAM, value, "names of devices and addresses in a drawing",
	            addresses >= 2 ? 0.85 : 0.6);
}

static int tell_inventory(const struct item *it, const struct lexicon_notes *n, uint32_t rows, struct sink *out)
{
	unsigned addresses = lexicon_hits(n, TOPIC_ADDRESS), lines = lexicon_hits(n, TOPIC_HOST_LINE);
	unsigned score = lexicon_score(n, TOPIC_INVENTORY, NULL);
	bool is_listed = lexicon_names(n, TOPIC_INVENTORY);
	if (rows >= 2)
		return tell(it, out, KIND_HOST_INVENTORY, arena_format(it->arena, "%u hosts", rows),
		            "rows with a host name and an address", 0.9);
	if (lines >= 4)
		return tell(it, out, KIND_HOST_INVENTORY, arena_format(it->arena, "%u hosts", lines),
		            "lines of an address and a name", 0.8);
	if (addresses >= 3 && is_listed)
		return tell(it, out, KIND_HOST_INVENTORY, arena_format(it->arena, "%u addresses", addresses),
		            "lines of a scan, a zone, leases or an inventory", 0.85);
	if (addresses >= 6 && score >= 4)
		return tell(it, out, KIND_HOST_INVENTORY, arena_format(it->arena, "%u addresses", addresses),
		            "addresses and words of an inventory", 0.6);
	return OK;
}

static int infrastructure_end(const struct item *it, struct sink *out)
{
	const struct lexicon_notes *n = lexicon_notes(it);
	const struct infrastructure_note *t = item_note(it, &infrastructure_key, sizeof(*t));
	uint32_t logins = t && t->logins > (n ? n->passwords : 0) ? t->logins : n ? n->passwords : 0;
	int e = tell_config(it, n, out);
	if (!e)
		e = tell_diagram(it, n, out);
	if (!e && !lexicon_is_drawing(it))
		e = tell_inventory(it, n, t ? t->hosts : 0, out);
	if (!e && logins >= 4)
		e = tell(it, out, KIND_CREDENTIAL_LIST, arena_format(it->arena, "%u passwords", logins),
		         t && t->logins ? "rows with a user and a password" : "passwords one after another",
		         t && t->logins ? 0.9 : 0.6);
	return e;
}

const struct detector detector_infrastructure = {
	.name = "infrastructure", .help = "host inventories, network diagrams and configurations, lists of credentials",
	.init = lexicon_open, .text = lexicon_text, .table = infrastructure_table, .end = infrastructure_end,
};
