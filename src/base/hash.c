/*
 * SHA-256, from OpenSSL's libcrypto.
 */
#include "assay/file.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

enum { SHA256_BYTES = 32 };

struct assay_str assay_sha256_hex(struct assay_arena *arena,
                                  struct assay_str bytes)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (EVP_Digest(bytes.at, bytes.len, digest, &len, EVP_sha256(), NULL) !=
            1 ||
        len != SHA256_BYTES) {
        fputs("assay: libcrypto has no SHA-256\n", stderr);
        abort();
    }
    char *text = assay_arena_alloc(arena, (size_t)SHA256_BYTES * 2 + 1, 1);
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        text[2 * i] = hex[digest[i] >> 4];
        text[2 * i + 1] = hex[digest[i] & 15];
    }
    return (struct assay_str){text, (size_t)SHA256_BYTES * 2};
}
