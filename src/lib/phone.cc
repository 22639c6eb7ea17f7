/* The C shim over libphonenumber. */
#include "lib/phone.h"

#include <cstring>
#include <string>

#include <phonenumbers/phonenumberutil.h>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

static PhoneNumberUtil *util;

void phone_init(void)
{
	char ignored[24];
	util = PhoneNumberUtil::GetInstance();
	/* its regular expressions are compiled on first use */
	phone_is_valid("+442079460000", 13, "ZZ", ignored);
	phone_is_valid("(212) 736-5000", 14, "US", ignored);
}

bool phone_is_valid(const char *text, size_t n, const char *region, char e164[24])
{
	PhoneNumber number;
	if (!util || n > 40 || util->Parse(std::string(text, n), region, &number) != PhoneNumberUtil::NO_PARSING_ERROR)
		return false;
	if (!util->IsValidNumber(number))
		return false;
	if (e164) {
		std::string s;
		util->Format(number, PhoneNumberUtil::E164, &s);
		std::strncpy(e164, s.c_str(), 23);
		e164[23] = 0;
	}
	return true;
}
