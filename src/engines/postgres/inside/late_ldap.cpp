#include "engines/postgres/inside/late_library.hpp"

// What libpq calls of LDAP, for services that a pg_service.conf looks up there. Sessions, messages
// and values are pointers that only the library looks into. Without it a session is not made, and
// libpq says so.
namespace {

using Session = void*;
using Message = void*;
using Values = void**;
using Time = void*;

keel::postgres::inside::LateLibrary library(KEEL_LIBLDAP_NAME);

template <auto Declared, typename... Arguments>
auto ldap(const char* symbol, Arguments... arguments) noexcept {
    return keel::postgres::inside::call_late<Declared>(library, symbol, arguments...);
}

}  // namespace

extern "C" {

int ldap_count_entries(Session session, Message message) {
    return ldap<&ldap_count_entries>(__func__, session, message);
}

char* ldap_err2string(int error) {
    return ldap<&ldap_err2string>(__func__, error);
}

Message ldap_first_entry(Session session, Message message) {
    return ldap<&ldap_first_entry>(__func__, session, message);
}

Values ldap_get_values_len(Session session, Message entry, const char* attribute) {
    return ldap<&ldap_get_values_len>(__func__, session, entry, attribute);
}

Session ldap_init(const char* host, int port) {
    return ldap<&ldap_init>(__func__, host, port);
}

int ldap_msgfree(Message message) {
    return ldap<&ldap_msgfree>(__func__, message);
}

int ldap_result(Session session, int id, int all, Time timeout, Message* message) {
    return ldap<&ldap_result>(__func__, session, id, all, timeout, message);
}

int ldap_search_st(Session session, const char* base, int scope, const char* filter,
                   char** attributes, int only_names, Time timeout, Message* message) {
    return ldap<&ldap_search_st>(__func__, session, base, scope, filter, attributes, only_names,
                                 timeout, message);
}

int ldap_set_option(Session session, int option, const void* value) {
    return ldap<&ldap_set_option>(__func__, session, option, value);
}

int ldap_simple_bind(Session session, const char* who, const char* password) {
    return ldap<&ldap_simple_bind>(__func__, session, who, password);
}

int ldap_unbind(Session session) {
    return ldap<&ldap_unbind>(__func__, session);
}

void ldap_value_free_len(Values values) {
    ldap<&ldap_value_free_len>(__func__, values);
}

}  // extern "C"
