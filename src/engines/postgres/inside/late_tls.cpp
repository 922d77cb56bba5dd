#include "engines/postgres/inside/late_openssl.hpp"

#include <openssl/ssl.h>

namespace {

keel::postgres::inside::LateLibrary libssl(KEEL_LIBSSL_NAME);

template <auto Declared, typename... Arguments>
auto tls(const char* symbol, Arguments... arguments) noexcept {
    return keel::postgres::inside::call_late<Declared>(libssl, symbol, arguments...);
}

}  // namespace

namespace keel::postgres::inside {

bool openssl_is_missing() noexcept {
    return libssl.missing();
}

}  // namespace keel::postgres::inside

// What libpq calls of libssl, by OpenSSL's own declarations.
extern "C" {

int OPENSSL_init_ssl(uint64_t a, const OPENSSL_INIT_SETTINGS* b) {
    return tls<&OPENSSL_init_ssl>(__func__, a, b);
}

int SSL_CIPHER_get_bits(const SSL_CIPHER* a, int* b) {
    return tls<&SSL_CIPHER_get_bits>(__func__, a, b);
}

const char* SSL_CIPHER_get_name(const SSL_CIPHER* a) {
    return tls<&SSL_CIPHER_get_name>(__func__, a);
}

long SSL_CTX_ctrl(SSL_CTX* a, int b, long c, void* d) {
    return tls<&SSL_CTX_ctrl>(__func__, a, b, c, d);
}

void SSL_CTX_free(SSL_CTX* a) {
    tls<&SSL_CTX_free>(__func__, a);
}

X509_STORE* SSL_CTX_get_cert_store(const SSL_CTX* a) {
    return tls<&SSL_CTX_get_cert_store>(__func__, a);
}

int SSL_CTX_load_verify_locations(SSL_CTX* a, const char* b, const char* c) {
    return tls<&SSL_CTX_load_verify_locations>(__func__, a, b, c);
}

SSL_CTX* SSL_CTX_new(const SSL_METHOD* a) {
    return tls<&SSL_CTX_new>(__func__, a);
}

void SSL_CTX_set_default_passwd_cb(SSL_CTX* a, pem_password_cb* b) {
    tls<&SSL_CTX_set_default_passwd_cb>(__func__, a, b);
}

void SSL_CTX_set_default_passwd_cb_userdata(SSL_CTX* a, void* b) {
    tls<&SSL_CTX_set_default_passwd_cb_userdata>(__func__, a, b);
}

uint64_t SSL_CTX_set_options(SSL_CTX* a, uint64_t b) {
    return tls<&SSL_CTX_set_options>(__func__, a, b);
}

int SSL_CTX_use_certificate_chain_file(SSL_CTX* a, const char* b) {
    return tls<&SSL_CTX_use_certificate_chain_file>(__func__, a, b);
}

int SSL_check_private_key(const SSL* a) {
    return tls<&SSL_check_private_key>(__func__, a);
}

uint64_t SSL_clear_options(SSL* a, uint64_t b) {
    return tls<&SSL_clear_options>(__func__, a, b);
}

int SSL_connect(SSL* a) {
    return tls<&SSL_connect>(__func__, a);
}

long SSL_ctrl(SSL* a, int b, long c, void* d) {
    return tls<&SSL_ctrl>(__func__, a, b, c, d);
}

void SSL_free(SSL* a) {
    tls<&SSL_free>(__func__, a);
}

X509* SSL_get1_peer_certificate(const SSL* a) {
    return tls<&SSL_get1_peer_certificate>(__func__, a);
}

const SSL_CIPHER* SSL_get_current_cipher(const SSL* a) {
    return tls<&SSL_get_current_cipher>(__func__, a);
}

const COMP_METHOD* SSL_get_current_compression(const SSL* a) {
    return tls<&SSL_get_current_compression>(__func__, a);
}

int SSL_get_error(const SSL* a, int b) {
    return tls<&SSL_get_error>(__func__, a, b);
}

const char* SSL_get_version(const SSL* a) {
    return tls<&SSL_get_version>(__func__, a);
}

SSL* SSL_new(SSL_CTX* a) {
    return tls<&SSL_new>(__func__, a);
}

int SSL_pending(const SSL* a) {
    return tls<&SSL_pending>(__func__, a);
}

int SSL_read(SSL* a, void* b, int c) {
    return tls<&SSL_read>(__func__, a, b, c);
}

void SSL_set_bio(SSL* a, BIO* b, BIO* c) {
    tls<&SSL_set_bio>(__func__, a, b, c);
}

int SSL_set_ex_data(SSL* a, int b, void* c) {
    return tls<&SSL_set_ex_data>(__func__, a, b, c);
}

uint64_t SSL_set_options(SSL* a, uint64_t b) {
    return tls<&SSL_set_options>(__func__, a, b);
}

void SSL_set_verify(SSL* a, int b, SSL_verify_cb c) {
    tls<&SSL_set_verify>(__func__, a, b, c);
}

int SSL_shutdown(SSL* a) {
    return tls<&SSL_shutdown>(__func__, a);
}

int SSL_use_PrivateKey(SSL* a, EVP_PKEY* b) {
    return tls<&SSL_use_PrivateKey>(__func__, a, b);
}

int SSL_use_PrivateKey_file(SSL* a, const char* b, int c) {
    return tls<&SSL_use_PrivateKey_file>(__func__, a, b, c);
}

int SSL_write(SSL* a, const void* b, int c) {
    return tls<&SSL_write>(__func__, a, b, c);
}

const SSL_METHOD* TLS_method() {
    return tls<&TLS_method>(__func__);
}

}  // extern "C"
