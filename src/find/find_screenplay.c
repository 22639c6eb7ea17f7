/*
 * Screenplays: scene headings (INT./EXT. PLACE - TIME), transitions, voice
 * notes; Final Draft's XML by its paragraph types. Judged by the whole item.
 */
#include "core/part.h"
#include "find/lexicon.h"

static double confidence(unsigned headings, unsigned others, uint64_t bytes)
{
	bool is_dense = headings * 12000ull >= bytes;
	if (headings < 3 || !is_dense)
		return 0;
	if (headings >= 8)
		return others >= 3 ? 0.97 : 0.9;
	return others >= 1 ? 0.75 : 0.4;
}

static int screenplay_end(const struct item *it, struct sink *out)
{
	const struct lexicon_notes *n = lexicon_notes(it);
	unsigned headings = lexicon_count(n, TOPIC_SCREENPLAY_HEADING);
	unsigned others = lexicon_hits(n, TOPIC_SCREENPLAY);
	uint64_t looked = n && n->text_bytes < LEXICON_HEAD ? n->text_bytes : LEXICON_HEAD * (n ? n->texts : 0ull);
	double c = n ? confidence(headings, others, looked) : 0;
	if (c < 0.25)
		return OK;
	const char *what = arena_format(it->arena, "%u scene headings", headings);
	struct finding f = {
		.kind = KIND_SCREENPLAY, .value = span_str(what), .confidence = c, .rule = "screenplay",
		.checks = { "scene headings by their form", others ? "transitions and voice notes" : NULL }, .chance = 1e-6,
		.where = { .space = SPACE_TEXT, .end = n->text_bytes },
	};
	return sink_finding(out, &f);
}

const struct detector detector_screenplay = {
	.name = "screenplay", .help = "screenplays", .init = lexicon_open, .text = lexicon_text, .end = screenplay_end,
};
