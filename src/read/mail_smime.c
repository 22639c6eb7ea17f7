/* S/MIME, RFC 8551, on CMS, RFC 5652: what is signed is read, what is enveloped is told. */
#include <openssl/cms.h>

#include "read/mail_give.h"

int mail_give_smime(struct sink *out, struct span cms, struct mail_smime *found)
{
	const unsigned char *at = cms.p;
	CMS_ContentInfo *info = cms.n && cms.n < INT32_MAX ? d2i_CMS_ContentInfo(NULL, &at, (long)cms.n) : NULL;
	int kind = info ? OBJ_obj2nid(CMS_get0_type(info)) : NID_undef, e = OK;
	*found = (struct mail_smime){
		.is_encrypted = kind == NID_pkcs7_enveloped || kind == NID_id_smime_ct_authEnvelopedData,
	};
	ASN1_OCTET_STRING **inside = kind == NID_pkcs7_signed ? CMS_get0_content(info) : NULL;
	if (inside && *inside) {
		struct child c = {
			.name = span_str("signed.eml"), .stated_type = "message/rfc822", .times = TIMES_UNKNOWN,
			.bytes = span_of(ASN1_STRING_get0_data(*inside), (size_t)ASN1_STRING_length(*inside)),
		};
		found->is_given = true;
		e = sink_child(out, &c);
	}
	CMS_ContentInfo_free(info);
	return e;
}

int mail_give_attachment(struct sink *out, const struct child *c, bool *is_encrypted)
{
	struct span type = span_str(c->stated_type);
	bool is_cms = span_starts_nocase(type, span_str("application/pkcs7-mime"))
		|| span_starts_nocase(type, span_str("application/x-pkcs7-mime")) || span_ends_nocase(c->name, span_str(".p7m"));
	bool is_mime = span_starts_nocase(type, span_str("multipart/"));
	struct mail_smime found = { .is_given = false };
	*is_encrypted = false;
	if (is_cms && !is_mime) {
		int e = mail_give_smime(out, c->bytes, &found);
		if (e || found.is_given)
			return e;
		*is_encrypted = found.is_encrypted;
		if (found.is_encrypted)
			return sink_child_lost(out, c, STATUS_ENCRYPTED, "S/MIME encrypted message");
	}
	struct child typed = *c;
	if (is_mime)
		typed.stated_type = "message/rfc822";
	return sink_child(out, &typed);
}
