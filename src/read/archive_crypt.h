/*
 * Decryption of zip members: the traditional cipher (APPNOTE 6.1) and
 * WinZip's AES (AE-1 and AE-2, "AES Encryption Information" by WinZip).
 */
#ifndef READ_ARCHIVE_CRYPT_H
#define READ_ARCHIVE_CRYPT_H

#include "base/buf.h"
#include "base/fault.h"
#include "lib/zip.h"

/*
 * Decrypts packed with the password into out (added). *method is the method of what comes out, *has_crc
 * whether the member's CRC holds for it. E_ENCRYPTED when the password does not fit as far as the format
 * tells (one wrong password in 256 or 65,536 passes: the CRC decides), E_DAMAGED when too little is
 * there, PART when the authentication code differs, E_UNSUPPORTED for other ciphers.
 */
int archive_decrypt(struct span packed, const struct zip_member *m, struct span password, struct buf *out,
                    uint16_t *method, bool *has_crc, struct fault *why);

#endif
