#pragma once

// Plain functions only are used from these headers, so no wrapper is needed: what OpenSSL 3 offers as macros
// (`BIO_pending`, `EVP_PKEY_size` and kin) does not import into Swift and is not used.
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
