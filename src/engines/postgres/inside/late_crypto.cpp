#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdarg>

#include "engines/postgres/inside/late_openssl.hpp"

namespace {

keel::postgres::inside::LateLibrary libcrypto(KEEL_LIBCRYPTO_NAME);

template <auto Declared, typename... Arguments>
auto crypto(const char* symbol, Arguments... arguments) noexcept {
    return keel::postgres::inside::call_late<Declared>(libcrypto, symbol, arguments...);
}

}  // namespace

// What libpq calls of libcrypto, by OpenSSL's own declarations.
extern "C" {

// Without OpenSSL every call fails, and this is why.
unsigned long ERR_get_error() {
    if (keel::postgres::inside::openssl_is_missing()) return 1;
    return crypto<&ERR_get_error>(__func__);
}

const char* ERR_reason_error_string(unsigned long a) {
    if (keel::postgres::inside::openssl_is_missing())
        return "this machine has no OpenSSL (" KEEL_LIBSSL_NAME
               "); install it: apt install libssl3";
    return crypto<&ERR_reason_error_string>(__func__, a);
}

void ERR_set_error(int a, int b, const char* c, ...) {
    va_list arguments;
    va_start(arguments, c);
    crypto<&ERR_vset_error>("ERR_vset_error", a, b, c, arguments);
    va_end(arguments);
}

const unsigned char* ASN1_STRING_get0_data(const ASN1_STRING* a) {
    return crypto<&ASN1_STRING_get0_data>(__func__, a);
}

int ASN1_STRING_length(const ASN1_STRING* a) {
    return crypto<&ASN1_STRING_length>(__func__, a);
}

void BIO_clear_flags(BIO* a, int b) {
    crypto<&BIO_clear_flags>(__func__, a, b);
}

void* BIO_get_ex_data(const BIO* a, int b) {
    return crypto<&BIO_get_ex_data>(__func__, a, b);
}

int BIO_get_new_index() {
    return crypto<&BIO_get_new_index>(__func__);
}

long BIO_int_ctrl(BIO* a, int b, long c, int d) {
    return crypto<&BIO_int_ctrl>(__func__, a, b, c, d);
}

void BIO_meth_free(BIO_METHOD* a) {
    crypto<&BIO_meth_free>(__func__, a);
}

long (*BIO_meth_get_callback_ctrl(const BIO_METHOD* a))(BIO*, int, BIO_info_cb*) {
    return crypto<&BIO_meth_get_callback_ctrl>(__func__, a);
}

int (*BIO_meth_get_create(const BIO_METHOD* a))(BIO*) {
    return crypto<&BIO_meth_get_create>(__func__, a);
}

long (*BIO_meth_get_ctrl(const BIO_METHOD* a))(BIO*, int, long, void*) {
    return crypto<&BIO_meth_get_ctrl>(__func__, a);
}

int (*BIO_meth_get_destroy(const BIO_METHOD* a))(BIO*) {
    return crypto<&BIO_meth_get_destroy>(__func__, a);
}

int (*BIO_meth_get_gets(const BIO_METHOD* a))(BIO*, char*, int) {
    return crypto<&BIO_meth_get_gets>(__func__, a);
}

int (*BIO_meth_get_puts(const BIO_METHOD* a))(BIO*, const char*) {
    return crypto<&BIO_meth_get_puts>(__func__, a);
}

BIO_METHOD* BIO_meth_new(int a, const char* b) {
    return crypto<&BIO_meth_new>(__func__, a, b);
}

int BIO_meth_set_callback_ctrl(BIO_METHOD* a, long (*b)(BIO*, int, BIO_info_cb*)) {
    return crypto<&BIO_meth_set_callback_ctrl>(__func__, a, b);
}

int BIO_meth_set_create(BIO_METHOD* a, int (*b)(BIO*)) {
    return crypto<&BIO_meth_set_create>(__func__, a, b);
}

int BIO_meth_set_ctrl(BIO_METHOD* a, long (*b)(BIO*, int, long, void*)) {
    return crypto<&BIO_meth_set_ctrl>(__func__, a, b);
}

int BIO_meth_set_destroy(BIO_METHOD* a, int (*b)(BIO*)) {
    return crypto<&BIO_meth_set_destroy>(__func__, a, b);
}

int BIO_meth_set_gets(BIO_METHOD* a, int (*b)(BIO*, char*, int)) {
    return crypto<&BIO_meth_set_gets>(__func__, a, b);
}

int BIO_meth_set_puts(BIO_METHOD* a, int (*b)(BIO*, const char*)) {
    return crypto<&BIO_meth_set_puts>(__func__, a, b);
}

int BIO_meth_set_read(BIO_METHOD* a, int (*b)(BIO*, char*, int)) {
    return crypto<&BIO_meth_set_read>(__func__, a, b);
}

int BIO_meth_set_write(BIO_METHOD* a, int (*b)(BIO*, const char*, int)) {
    return crypto<&BIO_meth_set_write>(__func__, a, b);
}

BIO* BIO_new(const BIO_METHOD* a) {
    return crypto<&BIO_new>(__func__, a);
}

const BIO_METHOD* BIO_s_socket() {
    return crypto<&BIO_s_socket>(__func__);
}

int BIO_set_ex_data(BIO* a, int b, void* c) {
    return crypto<&BIO_set_ex_data>(__func__, a, b, c);
}

void BIO_set_flags(BIO* a, int b) {
    crypto<&BIO_set_flags>(__func__, a, b);
}

int CRYPTO_memcmp(const void* a, const void* b, size_t c) {
    return crypto<&CRYPTO_memcmp>(__func__, a, b, c);
}

ENGINE* ENGINE_by_id(const char* a) {
    return crypto<&ENGINE_by_id>(__func__, a);
}

int ENGINE_finish(ENGINE* a) {
    return crypto<&ENGINE_finish>(__func__, a);
}

int ENGINE_free(ENGINE* a) {
    return crypto<&ENGINE_free>(__func__, a);
}

int ENGINE_init(ENGINE* a) {
    return crypto<&ENGINE_init>(__func__, a);
}

EVP_PKEY* ENGINE_load_private_key(ENGINE* a, const char* b, UI_METHOD* c, void* d) {
    return crypto<&ENGINE_load_private_key>(__func__, a, b, c, d);
}

void ERR_clear_error() {
    crypto<&ERR_clear_error>(__func__);
}

void ERR_new() {
    crypto<&ERR_new>(__func__);
}

void ERR_set_debug(const char* a, int b, const char* c) {
    crypto<&ERR_set_debug>(__func__, a, b, c);
}

int EVP_DigestFinal_ex(EVP_MD_CTX* a, unsigned char* b, unsigned int* c) {
    return crypto<&EVP_DigestFinal_ex>(__func__, a, b, c);
}

int EVP_DigestInit_ex(EVP_MD_CTX* a, const EVP_MD* b, ENGINE* c) {
    return crypto<&EVP_DigestInit_ex>(__func__, a, b, c);
}

int EVP_DigestUpdate(EVP_MD_CTX* a, const void* b, size_t c) {
    return crypto<&EVP_DigestUpdate>(__func__, a, b, c);
}

void EVP_MD_CTX_free(EVP_MD_CTX* a) {
    crypto<&EVP_MD_CTX_free>(__func__, a);
}

EVP_MD_CTX* EVP_MD_CTX_new() {
    return crypto<&EVP_MD_CTX_new>(__func__);
}

const EVP_MD* EVP_get_digestbyname(const char* a) {
    return crypto<&EVP_get_digestbyname>(__func__, a);
}

const EVP_MD* EVP_md5() {
    return crypto<&EVP_md5>(__func__);
}

const EVP_MD* EVP_sha1() {
    return crypto<&EVP_sha1>(__func__);
}

const EVP_MD* EVP_sha224() {
    return crypto<&EVP_sha224>(__func__);
}

const EVP_MD* EVP_sha256() {
    return crypto<&EVP_sha256>(__func__);
}

const EVP_MD* EVP_sha384() {
    return crypto<&EVP_sha384>(__func__);
}

const EVP_MD* EVP_sha512() {
    return crypto<&EVP_sha512>(__func__);
}

void GENERAL_NAME_free(GENERAL_NAME* a) {
    crypto<&GENERAL_NAME_free>(__func__, a);
}

void HMAC_CTX_free(HMAC_CTX* a) {
    crypto<&HMAC_CTX_free>(__func__, a);
}

HMAC_CTX* HMAC_CTX_new() {
    return crypto<&HMAC_CTX_new>(__func__);
}

int HMAC_Final(HMAC_CTX* a, unsigned char* b, unsigned int* c) {
    return crypto<&HMAC_Final>(__func__, a, b, c);
}

int HMAC_Init_ex(HMAC_CTX* a, const void* b, int c, const EVP_MD* d, ENGINE* e) {
    return crypto<&HMAC_Init_ex>(__func__, a, b, c, d, e);
}

int HMAC_Update(HMAC_CTX* a, const unsigned char* b, size_t c) {
    return crypto<&HMAC_Update>(__func__, a, b, c);
}

const char* OBJ_nid2sn(int a) {
    return crypto<&OBJ_nid2sn>(__func__, a);
}

int OPENSSL_sk_num(const OPENSSL_STACK* a) {
    return crypto<&OPENSSL_sk_num>(__func__, a);
}

void OPENSSL_sk_pop_free(OPENSSL_STACK* a, void (*b)(void*)) {
    crypto<&OPENSSL_sk_pop_free>(__func__, a, b);
}

void* OPENSSL_sk_value(const OPENSSL_STACK* a, int b) {
    return crypto<&OPENSSL_sk_value>(__func__, a, b);
}

int RAND_bytes(unsigned char* a, int b) {
    return crypto<&RAND_bytes>(__func__, a, b);
}

int RAND_poll() {
    return crypto<&RAND_poll>(__func__);
}

int RAND_status() {
    return crypto<&RAND_status>(__func__);
}

ASN1_STRING* X509_NAME_ENTRY_get_data(const X509_NAME_ENTRY* a) {
    return crypto<&X509_NAME_ENTRY_get_data>(__func__, a);
}

X509_NAME_ENTRY* X509_NAME_get_entry(const X509_NAME* a, int b) {
    return crypto<&X509_NAME_get_entry>(__func__, a, b);
}

int X509_NAME_get_index_by_NID(const X509_NAME* a, int b, int c) {
    return crypto<&X509_NAME_get_index_by_NID>(__func__, a, b, c);
}

int X509_STORE_load_locations(X509_STORE* a, const char* b, const char* c) {
    return crypto<&X509_STORE_load_locations>(__func__, a, b, c);
}

int X509_STORE_set_flags(X509_STORE* a, unsigned long b) {
    return crypto<&X509_STORE_set_flags>(__func__, a, b);
}

int X509_digest(const X509* a, const EVP_MD* b, unsigned char* c, unsigned int* d) {
    return crypto<&X509_digest>(__func__, a, b, c, d);
}

void X509_free(X509* a) {
    crypto<&X509_free>(__func__, a);
}

void* X509_get_ext_d2i(const X509* a, int b, int* c, int* d) {
    return crypto<&X509_get_ext_d2i>(__func__, a, b, c, d);
}

int X509_get_signature_info(X509* a, int* b, int* c, int* d, uint32_t* e) {
    return crypto<&X509_get_signature_info>(__func__, a, b, c, d, e);
}

X509_NAME* X509_get_subject_name(const X509* a) {
    return crypto<&X509_get_subject_name>(__func__, a);
}

}  // extern "C"
