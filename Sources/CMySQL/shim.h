// MariaDB Connector/C and Oracle's libmysqlclient share most of one API. What differs, and what Swift cannot
// import (function macros, variadics, unions whose member names differ), is wrapped here, so that no Swift file
// has to know which of the two it was compiled against.
#pragma once

#include <mysql.h>
#include <stddef.h>
#include <string.h>

#ifndef MARIADB_PACKAGE_VERSION
#include <stdbool.h>
#endif

/// `mysql_library_init` is a macro. To be called once, before any other thread uses the library.
static inline int sheaf_library_init(void) { return mysql_library_init(0, NULL, NULL); }

/// Modes of TLS, in rising order of strictness.
enum sheaf_tls_mode {
    SHEAF_TLS_DISABLED = 0,
    SHEAF_TLS_PREFERRED = 1,
    SHEAF_TLS_REQUIRED = 2,
    SHEAF_TLS_VERIFY_CA = 3,
    SHEAF_TLS_VERIFY_IDENTITY = 4
};

/// Sets the mode and the files of TLS. A null file means the default: the system's certificates, no client certificate.
///
/// MariaDB's library cannot verify a certificate without verifying the host name, so VERIFY_CA is the stricter
/// VERIFY_IDENTITY there. It also falls back to plain text where the server offers no TLS and nothing is verified:
/// the caller has to look at `sheaf_uses_tls` after connecting.
static inline int sheaf_set_tls(MYSQL *mysql, int mode, const char *ca, const char *certificate, const char *key) {
    int failed = 0;
#ifdef MARIADB_PACKAGE_VERSION
    my_bool enforce = mode != SHEAF_TLS_DISABLED;
    my_bool verify = mode >= SHEAF_TLS_VERIFY_CA;
    failed |= mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &enforce);
    failed |= mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
#else
    static const unsigned int modes[] = {SSL_MODE_DISABLED, SSL_MODE_PREFERRED, SSL_MODE_REQUIRED, SSL_MODE_VERIFY_CA,
                                         SSL_MODE_VERIFY_IDENTITY};
    failed |= mysql_options(mysql, MYSQL_OPT_SSL_MODE, &modes[mode]);
    // Oracle's library has no default for the certificates to trust.
    if (mode >= SHEAF_TLS_VERIFY_CA && ca == NULL) {
        failed |= mysql_options(mysql, MYSQL_OPT_SSL_CAPATH, "/etc/ssl/certs");
    }
#endif
    if (mode != SHEAF_TLS_DISABLED) {
        if (ca != NULL) failed |= mysql_options(mysql, MYSQL_OPT_SSL_CA, ca);
        if (certificate != NULL) failed |= mysql_options(mysql, MYSQL_OPT_SSL_CERT, certificate);
        if (key != NULL) failed |= mysql_options(mysql, MYSQL_OPT_SSL_KEY, key);
    }
    return failed;
}

/// Whether the connection that stands is encrypted.
static inline int sheaf_uses_tls(MYSQL *mysql) { return mysql_get_ssl_cipher(mysql) != NULL; }

/// Whether a transaction is open, as of the server's last answer.
static inline int sheaf_in_transaction(const MYSQL *mysql) {
    return (mysql->server_status & SERVER_STATUS_IN_TRANS) != 0;
}

/// Whether library and server both take one statement with an array of rows (`STMT_ATTR_ARRAY_SIZE`).
static inline int sheaf_array_binding_supported(MYSQL *mysql) {
#ifdef MARIADB_PACKAGE_VERSION
    unsigned long extended = 0;
    // A server that claims CLIENT_MYSQL is not MariaDB and has no extended capabilities.
    if (mysql->server_capabilities & CLIENT_MYSQL) return 0;
    if (mariadb_get_info(mysql, MARIADB_CONNECTION_EXTENDED_SERVER_CAPABILITIES, &extended)) return 0;
    return (extended & (unsigned long)(MARIADB_CLIENT_STMT_BULK_OPERATIONS >> 32)) != 0;
#else
    (void)mysql;
    return 0;
#endif
}

/// Sets how many rows the bound arrays hold; 0 goes back to single values. Returns non-zero when that is not possible.
static inline int sheaf_set_array_size(MYSQL_STMT *statement, unsigned int rows) {
#ifdef MARIADB_PACKAGE_VERSION
    return mysql_stmt_attr_set(statement, STMT_ATTR_ARRAY_SIZE, &rows) ? 1 : 0;
#else
    (void)statement;
    return rows == 0 ? 0 : 1;
#endif
}

/// What an indicator byte of an array says of its value.
enum sheaf_indicator { SHEAF_INDICATOR_VALUE = 0, SHEAF_INDICATOR_NULL = 1 };

/// Fills a binding. `is_null` is a byte, as `my_bool` and `bool` both are.
static inline void sheaf_bind(MYSQL_BIND *bind, enum enum_field_types type, int is_unsigned, void *buffer,
                              unsigned long buffer_length, unsigned long *length, char *is_null) {
    memset(bind, 0, sizeof(*bind));
    bind->buffer_type = type;
    bind->is_unsigned = is_unsigned != 0;
    bind->buffer = buffer;
    bind->buffer_length = buffer_length;
    bind->length = length;
    bind->is_null = (void *)is_null;
}

/// Fills a binding of an array: `buffer` holds numbers, or pointers to bytes with their `lengths`.
static inline void sheaf_bind_array(MYSQL_BIND *bind, enum enum_field_types type, int is_unsigned, void *buffer,
                                    unsigned long *lengths, char *indicators) {
    memset(bind, 0, sizeof(*bind));
    bind->buffer_type = type;
    bind->is_unsigned = is_unsigned != 0;
    bind->buffer = buffer;
    bind->length = lengths;
#ifdef MARIADB_PACKAGE_VERSION
    bind->u.indicator = indicators;
#else
    (void)indicators;
#endif
}

/// `mysql_stmt_bind_param` returns `my_bool` in one library and `bool` in the other.
static inline int sheaf_bind_parameters(MYSQL_STMT *statement, MYSQL_BIND *binds) {
    return mysql_stmt_bind_param(statement, binds) ? 1 : 0;
}

/// `mysql_stmt_bind_result`, with a plain int.
static inline int sheaf_bind_result(MYSQL_STMT *statement, MYSQL_BIND *binds) {
    return mysql_stmt_bind_result(statement, binds) ? 1 : 0;
}
