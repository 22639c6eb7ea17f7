/* IT: passwords, keys, settings, databases, devices. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "studio.h"

#define C(...) (const struct column[]){ __VA_ARGS__ }, sizeof((const struct column[]){ __VA_ARGS__ }) / sizeof(struct column)

static char *base64(const unsigned char *bytes, size_t n)
{
	size_t room = sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_ORIGINAL);
	return sodium_bin2base64(malloc(room), room, bytes, n, sodium_base64_VARIANT_ORIGINAL);
}

static void fill_random(unsigned char *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (unsigned char)below(256);
}

/* RFC 8410: an Ed25519 key in PKCS #8. */
static struct paper *pem_key(void)
{
	static const unsigned char head[] = { 0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20 };
	unsigned char der[48];
	memcpy(der, head, 16);
	fill_random(der + 16, 32);
	struct paper *p = paper_new();
	tell(p, "private-key", format("-----BEGIN %s KEY-----\n%s\n-----END %s KEY-----", "PRIVATE", base64(der, 48), "PRIVATE"), -1);
	say(p, "\n");
	return p;
}

static void ssh_string(struct paper *p, const void *s, size_t n)
{
	unsigned char size[4] = { (unsigned char)(n >> 24), (unsigned char)(n >> 16), (unsigned char)(n >> 8), (unsigned char)n };
	add(p, size, 4);
	add(p, s, n);
}

/* OpenSSH, PROTOCOL.key: unencrypted. */
static struct paper *ssh_key(void)
{
	unsigned char seed[32], public[32], secret[64], numbers[8] = { 1, 2, 3, 4, 1, 2, 3, 4 };
	struct paper *all = paper_new(), *inner = paper_new(), *open = paper_new(), *p = paper_new();
	fill_random(seed, 32);
	crypto_sign_seed_keypair(public, secret, seed);
	ssh_string(open, "ssh-ed25519", 11);
	ssh_string(open, public, 32);
	add(inner, numbers, 8);
	ssh_string(inner, "ssh-ed25519", 11);
	ssh_string(inner, public, 32);
	ssh_string(inner, secret, 64);
	ssh_string(inner, "deploy@render-a", 15);
	for (unsigned char pad = 1; inner->n % 8; pad++)
		add(inner, &pad, 1);
	add(all, "openssh-key-v1", 15);
	ssh_string(all, "none", 4);
	ssh_string(all, "none", 4);
	ssh_string(all, "", 0);
	add(all, "\0\0\0\1", 4);
	ssh_string(all, open->bytes, open->n);
	ssh_string(all, inner->bytes, inner->n);
	char *text = base64((unsigned char *)all->bytes, all->n);
	struct paper *lines = paper_new();
	say(lines, "-----BEGIN OPENSSH %s KEY-----\n", "PRIVATE");
	for (size_t n = strlen(text), at = 0; at < n; at += 70)
		say(lines, "%.70s\n", text + at);
	say(lines, "-----END OPENSSH %s KEY-----", "PRIVATE");
	tell(p, "private-key", format("%.*s", (int)lines->n, lines->bytes), -1);
	say(p, "\n");
	return p;
}

static char *base62(uint32_t n)
{
	static const char digit[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	char s[7] = "000000";
	for (int i = 5; i >= 0; i--, n /= 62)
		s[i] = digit[n % 62];
	return strdup(s);
}

/* Tokens in their services' published forms; GitHub's end in a CRC-32 of the rest. */
static char *make_token(unsigned k)
{
	char *t = token(30);
	switch (k % 6) {
	case 0: return format("%s_%s%s", "ghp", t, base62((uint32_t)crc32(0, (Bytef *)t, 30)));
	case 1: return format("%s-%s-%s-%s", "xoxb", digits(12), digits(12), token(24));
	case 2: return format("%s_%s_%s", "sk", "live", token(24));
	case 3: return format("%s%s", "AIza", token(35));
	case 4: return format("%s.%s.%s", "SG", token(22), token(43));
	default: {
		static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
		char s[17] = "";
		for (int i = 0; i < 16; i++)
			s[i] = base32[below(32)];
		return format("%s%s", "AKIA", s);
	}
	}
}

static void passwords(void)
{
	struct table *t = table_new("Logins", C({ "System", NULL }, { "Username", NULL }, { "Password", "password" }));
	struct paper *list = paper_new();
	static const char *const systems[] = { "VPN", "Render farm", "Payroll", "Dailies", "FTP", "Wiki" };
	for (unsigned i = 0; i < people_count; i += 3) {
		const struct person *p = &people[i];
		table_row(t, (int)i, systems[below(6)], p->user, p->password);
		say(list, "%s\nuser: %s\npassword: ", systems[below(6)], p->user);
		tell(list, "password", p->password, (int)i);
		say(list, "\n\n");
	}
	is_a(list, "credential-list");
	struct paper *sheet = table_xlsx(&t, 1);
	is_a(sheet, "credential-list");
	keep(list, "IT/Passwords/passwords.txt");
	keep(sheet, "IT/Passwords/Master_Password_Sheet.xlsx");
	keep(list, "Users/dhall/Documents/my passwords.txt");
}

static void settings(unsigned k)
{
	static const char *const names[] = { "GITHUB_TOKEN", "SLACK_BOT_TOKEN", "STRIPE_KEY", "MAPS_KEY", "MAIL_KEY", "AWS_ACCESS_KEY_ID" };
	struct paper *p = paper_new();
	say(p, "# service %u\nDB_HOST=db%u.halcyon-pictures.com\nDB_USER=svc%u\nDB_PASSWORD=", k, k, k);
	tell(p, "password", format("%s%u%s", token(6), between(10, 99), token(5)), -1);
	say(p, "\n%s=", names[k % 6]);
	tell(p, "access-token", make_token(k), -1);
	if (k % 6 == 5) {
		say(p, "\nAWS_SECRET_ACCESS_KEY=");
		tell(p, "config-secret", token(40), -1);	/* a secret of no form of its own */
	}
	say(p, "\nSECRET_KEY_BASE=");
	tell(p, "config-secret", hex(64), -1);
	say(p, "\nLOG_LEVEL=info\nPORT=80%02u\n", k % 100);
	keep(p, "IT/Deploy/service%02u/.env", k);
}

static void web_config(unsigned k)
{
	struct paper *p = paper_new();
	say(p, "<?xml version=\"1.0\"?>\n<configuration>\n  <connectionStrings>\n    <add name=\"Dailies\" connectionString=\"Server=sql%u;Database=dailies;User Id=web;Password=", k);
	tell(p, "password", format("%s_%s", token(6), digits(3)), -1);
	say(p, ";\" providerName=\"System.Data.SqlClient\" />\n  </connectionStrings>\n</configuration>\n");
	keep(p, "IT/Web/site%u/web.config", k);
}

/* Only their shape is real: salt and digest are random. */
static void shadow(void)
{
	struct paper *p = paper_new();
	say(p, "root:*:16300:0:99999:7:::\ndaemon:*:16300:0:99999:7:::\n");
	for (unsigned i = 0; i < people_count; i += 8) {
		say(p, "%s:", people[i].user);
		tell(p, "password-hash", format("$6$%s$%s", token(8), token(86)), (int)i);
		say(p, ":16300:0:99999:7:::\n");
	}
	keep(p, "IT/Backups/render-a/etc/shadow");
}

static void devices(void)
{
	for (unsigned k = 1; k <= 6; k++) {
		struct paper *p = paper_new();
		say(p, "version 15.2\nservice password-encryption\nhostname edge%u\nenable secret 5 ", k);
		tell(p, "password-hash", format("$1$%s$%s", token(4), token(22)), -1);
		say(p, "\ninterface GigabitEthernet0/1\n ip address 10.20.%u.1 255.255.255.0\n no shutdown\nip route 0.0.0.0 0.0.0.0 10.20.%u.254\nrouter ospf 1\n network 10.20.0.0 0.0.255.255 area 0\naccess-list 10 permit 10.20.0.0 0.0.255.255\nline vty 0 4\n transport input ssh\nend\n", k, k);
		is_a(p, "network-config");
		keep(p, "IT/Network/edge%u-confg.txt", k);
	}
	struct table *t = table_new("Hosts", C({ "Hostname", NULL }, { "IP address", NULL }, { "Operating system", NULL }, { "Location", NULL }));
	for (unsigned i = 0; i < 80; i++)
		table_row(t, -1, format("hp-%s-%03u", i % 2 ? "ws" : "srv", i), format("10.20.%u.%u", i / 40, 10 + i), i % 2 ? "Windows 7" : "CentOS 6.5", i % 3 ? "Burbank" : "London");
	struct paper *p = table_csv(t, ',');
	is_a(p, "host-inventory");
	keep(p, "IT/Network/host inventory.csv");
}

static void databases(void)
{
	struct table *t = table_new("customers", C({ "Full name", "person-name" }, { "Email", "email-address" }, { "Phone", "phone" }, { "Birth date", "birth-date" }, { "Password hash", "password-hash" }, { "Card number", "payment-card" }));
	for (unsigned i = 1; i < people_count; i += 2) {
		const struct person *p = &people[i];
		table_row(t, (int)i, p->name, p->email, p->phone, p->birth, format("$2a$10$%s", token(53)), p->card);
	}
	keep(table_sql(t, false), "IT/Databases/shop_2014-09.sql");
	keep(table_sql(t, true), "IT/Databases/shop_pg.sql");
	keep(table_json(t, true), "IT/Databases/customers.jsonl");
}

void studio_it(void)
{
	if (sodium_init() < 0)
		quit("sodium", "no start");
	passwords();
	for (unsigned k = 0; k < 6 + people_count / 20; k++)
		settings(k);
	for (unsigned k = 1; k <= 6; k++)
		web_config(k);
	for (unsigned k = 1; k <= 5; k++) {
		keep(pem_key(), "IT/Certificates/halcyon%u.key", k);
		keep(ssh_key(), "Users/admin%u/.ssh/id_ed25519", k);
	}
	shadow();
	devices();
	databases();
}
