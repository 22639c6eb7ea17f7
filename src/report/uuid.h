/* Names that stay the same for the same thing: UUIDs of version 5 (RFC 9562, section 5.5), SHA-1 over namespace and name. */
#ifndef REPORT_UUID_H
#define REPORT_UUID_H

#include "base/span.h"

struct uuid { char s[37]; };
extern const unsigned char uuid_stix[16];	/* namespace of STIX 2.1, section 2.9 */
extern const unsigned char uuid_url[16];	/* namespace of URLs (RFC 9562, section 6.6) */
struct uuid uuid_name(const unsigned char space[16], struct span name);

#endif
