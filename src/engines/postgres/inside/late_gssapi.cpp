#include <cstddef>
#include <cstdint>
#include <iterator>

#include "engines/postgres/inside/late_library.hpp"

// What libpq calls of GSSAPI, whose binary form RFC 2744 fixes. Credentials, names and contexts are
// pointers that only the library looks into; its headers need a package that nothing else here
// does.
namespace {

using Status = std::uint32_t;
using Handle = void*;

struct Buffer {
    std::size_t length;
    const void* value;
};
struct ObjectIdentifier {
    std::uint32_t length;
    const void* elements;
};

constexpr Status complete = 0;
constexpr Status failure = Status{13} << 16;

keel::postgres::inside::LateLibrary library(KEEL_LIBGSSAPI_NAME);

/// Without the library nothing succeeds, and libpq goes on as one does who has no ticket.
template <auto Declared, typename... Arguments>
Status gssapi(const char* symbol, Arguments... arguments) noexcept {
    if (library.missing()) return failure;
    return keel::postgres::inside::call_late<Declared>(library, symbol, arguments...);
}

// 1.2.840.113554.1.2.1.4: the name of a service on a host.
constexpr unsigned char service_bytes[] = {0x2a, 0x86, 0x48, 0x86, 0xf7,
                                           0x12, 0x01, 0x02, 0x01, 0x04};
ObjectIdentifier service{std::size(service_bytes), service_bytes};

constexpr char no_library[] = KEEL_LIBGSSAPI_NAME " is not installed";

}  // namespace

extern "C" {

// libpq reads this one; nobody writes it.
extern ObjectIdentifier* const GSS_C_NT_HOSTBASED_SERVICE;
ObjectIdentifier* const GSS_C_NT_HOSTBASED_SERVICE = &service;

Status gss_acquire_cred(Status* minor, Handle name, std::uint32_t time, Handle mechanisms,
                        int usage, Handle* credential, Handle* actual, std::uint32_t* left) {
    return gssapi<&gss_acquire_cred>(__func__, minor, name, time, mechanisms, usage, credential,
                                     actual, left);
}

Status gss_delete_sec_context(Status* minor, Handle* context, Buffer* token) {
    return gssapi<&gss_delete_sec_context>(__func__, minor, context, token);
}

Status gss_display_status(Status* minor, Status value, int type, ObjectIdentifier* mechanism,
                          std::uint32_t* more, Buffer* text) {
    if (!library.missing())
        return gssapi<&gss_display_status>(__func__, minor, value, type, mechanism, more, text);
    *more = 0;
    *text = Buffer{std::size(no_library) - 1, no_library};
    return complete;
}

Status gss_import_name(Status* minor, Buffer* text, ObjectIdentifier* type, Handle* name) {
    return gssapi<&gss_import_name>(__func__, minor, text, type, name);
}

Status gss_init_sec_context(Status* minor, Handle credential, Handle* context, Handle name,
                            ObjectIdentifier* mechanism, std::uint32_t flags, std::uint32_t time,
                            Handle bindings, Buffer* input, ObjectIdentifier** actual,
                            Buffer* output, std::uint32_t* granted, std::uint32_t* left) {
    return gssapi<&gss_init_sec_context>(__func__, minor, credential, context, name, mechanism,
                                         flags, time, bindings, input, actual, output, granted,
                                         left);
}

Status gss_release_buffer(Status* minor, Buffer* buffer) {
    return gssapi<&gss_release_buffer>(__func__, minor, buffer);
}

Status gss_release_cred(Status* minor, Handle* credential) {
    return gssapi<&gss_release_cred>(__func__, minor, credential);
}

Status gss_release_name(Status* minor, Handle* name) {
    return gssapi<&gss_release_name>(__func__, minor, name);
}

Status gss_unwrap(Status* minor, Handle context, Buffer* input, Buffer* output, int* sealed,
                  std::uint32_t* quality) {
    return gssapi<&gss_unwrap>(__func__, minor, context, input, output, sealed, quality);
}

Status gss_wrap(Status* minor, Handle context, int seal, std::uint32_t quality, Buffer* input,
                int* sealed, Buffer* output) {
    return gssapi<&gss_wrap>(__func__, minor, context, seal, quality, input, sealed, output);
}

Status gss_wrap_size_limit(Status* minor, Handle context, int seal, std::uint32_t quality,
                           std::uint32_t output, std::uint32_t* input) {
    return gssapi<&gss_wrap_size_limit>(__func__, minor, context, seal, quality, output, input);
}

}  // extern "C"
