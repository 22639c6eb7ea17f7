/*
 * 7z archives with AES: the header's structure and the decoding of folders.
 * Facts from 7zFormat.txt (Igor Pavlov, public domain): a folder is a chain
 * of coders over packed streams; members lie one behind another in what a
 * folder unpacks to.
 */
#ifndef READ_ARCHIVE_7Z_H
#define READ_ARCHIVE_7Z_H

#include "read/archive.h"

#include <lzma.h>
#include <openssl/evp.h>
#include <zlib.h>

enum { SEVEN_CODERS_MAX = 8, SEVEN_KEY_LEN = 32, SEVEN_PIECE = 64 << 10 };

enum seven_codec {
	SEVEN_COPY = 0x00, SEVEN_DELTA = 0x03, SEVEN_ARM64 = 0x0a, SEVEN_LZMA2 = 0x21, SEVEN_LZMA = 0x030101,
	SEVEN_X86 = 0x03030103, SEVEN_PPC = 0x03030205, SEVEN_IA64 = 0x03030401, SEVEN_ARM = 0x03030501,
	SEVEN_ARMT = 0x03030701, SEVEN_SPARC = 0x03030805, SEVEN_DEFLATE = 0x040108, SEVEN_AES = 0x06f10701
};

struct seven_coder {
	uint64_t id, size;	/* size: of what it unpacks to */
	struct span props;
};

struct seven_folder {
	uint32_t count;				/* coders, in the order in which they decode */
	struct seven_coder coders[SEVEN_CODERS_MAX];
	bool is_chain;				/* each coder has one input and one output; else it is not read */
	bool has_aes, has_crc;
	uint32_t crc;
	struct span packed;			/* cut to what is there */
	uint32_t members;
};

struct seven_member {
	struct span name;	/* UTF-8 */
	uint64_t size;
	uint32_t crc, attributes;
	bool has_crc, has_stream, is_file;
	struct times times;
};

struct seven {
	struct span bytes;
	struct arena *arena;
	uint64_t folder_count, stream_count, member_count;
	struct seven_folder *folders;
	struct seven_member *streams;	/* size and crc of each, folder after folder */
	struct seven_member *members;
};

/* The header a signature header points to; E_DAMAGED when it is not there or its CRC differs. */
int seven_header(struct span bytes, struct span *header, struct fault *why);
/* Parses a header (kHeader) or, with is_packed, the streams of a packed header (kEncodedHeader), without its id byte. */
int seven_parse(struct seven *s, struct span header, bool is_packed, struct fault *why);

/* The key last derived: derivation takes about 0.1 s. */
struct seven_key {
	struct span password, salt;
	unsigned cycles;
	bool is_set;
	unsigned char key[SEVEN_KEY_LEN];
};

/* A folder being unpacked. */
struct seven_stream {
	const struct seven_folder *folder;
	struct span in;			/* packed bytes to come */
	uint64_t clear_left, left;	/* bytes AES and the folder still owe */
	EVP_CIPHER_CTX *aes;
	lzma_stream lzma;
	z_stream z;
	enum seven_codec codec;
	struct span ready;		/* decrypted, not yet unpacked */
	unsigned char piece[SEVEN_PIECE];
};

/* Starts at the folder's first byte. E_UNSUPPORTED for codecs that are not read. Close in every case. */
int seven_stream_open(struct seven_stream *u, const struct seven_folder *f, struct span password,
                      struct seven_key *key, struct sink *spend, struct fault *why);
/* Adds n bytes to out, or counts them only when out is NULL. E_DAMAGED where the stream breaks. */
int seven_stream_read(struct seven_stream *u, uint64_t n, struct buf *out, struct sink *spend, struct fault *why);
void seven_stream_close(struct seven_stream *u);

#endif
