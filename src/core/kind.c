#include "core/kind.h"

static const struct { enum class class; const char *name; } kinds[KIND_COUNT] = {
#define K(class, id, name) { CLASS_##class, name },
	KINDS(K)
#undef K
};

static const char *const classes[CLASS_COUNT] = {
	"identity", "contact", "payment", "credential", "infrastructure",
	"accounting", "mail", "health", "film", "term",
};

const char *kind_name(enum kind k)
{
	return kinds[k].name;
}

enum class kind_class(enum kind k)
{
	return kinds[k].class;
}

const char *class_name(enum class c)
{
	return classes[c];
}

enum kind kind_of(struct span name)
{
	int k = 0;
	while (k < KIND_COUNT && !span_equal(span_str(kinds[k].name), name))
		k++;
	return k;
}

enum class class_of(struct span name)
{
	int c = 0;
	while (c < CLASS_COUNT && !span_equal(span_str(classes[c]), name))
		c++;
	return c;
}
