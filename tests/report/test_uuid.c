#include "report/uuid.h"

#include "check.h"

/* The value is what Python's uuid.uuid5(uuid.NAMESPACE_URL, ...) gives. */
TEST(uuid_name_is_version_5)
{
	CHECK_STR(uuid_name(uuid_url, span_str("http://python.org/")).s, "4c565f0d-3f5a-5890-b41b-20cf47701c5e");
}
