/*
 * Encrypted OOXML packages ([MS-OFFCRYPTO] 2.3.4): standard encryption
 * (AES in ECB, SHA-1) and agile encryption (AES in CBC, any of the SHA
 * family), which every Office since 2007 and LibreOffice write.
 */
#ifndef READ_OFFICE_CRYPT_H
#define READ_OFFICE_CRYPT_H

#include "base/buf.h"
#include "base/fault.h"

struct office_lock;
/* info: the stream EncryptionInfo. E_UNSUPPORTED or E_DAMAGED when it is not read. Close it in any case. */
int  office_lock_open(struct span info, struct office_lock **lock, struct fault *why);
void office_lock_close(struct office_lock *lock);
/* How many digests one password costs: for the budget. */
uint64_t office_lock_cost(const struct office_lock *lock);
/* True when the password (UTF-8) fits; the key is kept. */
bool office_lock_try(struct office_lock *lock, struct span password);
/* Decrypts the stream EncryptedPackage into out, after a password fitted. PART when it breaks off. */
int  office_lock_unpack(const struct office_lock *lock, struct span package, struct buf *out, struct fault *why);

#endif
