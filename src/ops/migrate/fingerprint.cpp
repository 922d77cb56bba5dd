#include "ops/migrate/fingerprint.hpp"

#include "db/inspector.hpp"
#include "db/transaction.hpp"
#include "ops/kit/marker.hpp"

namespace keel {
namespace {

constexpr std::string_view key = "schema_fingerprint";

}  // namespace

bool has_drifted(Connection& connection, const Engine& engine) {
    const auto expected = read_meta(connection, engine, key);
    if (!expected || expected->empty()) return false;
    return engine.inspector().fingerprint(connection) != *expected;
}

void record_fingerprint(Connection& connection, const Engine& engine, std::int64_t sequence) {
    const std::string fingerprint = engine.inspector().fingerprint(connection);
    const auto write = [&] {
        History(engine).set_fingerprint(connection, sequence, fingerprint);
        write_meta(connection, engine, key, fingerprint);
    };
    if (connection.in_transaction()) return write();
    Transaction transaction(connection);
    write();
    transaction.commit();
}

std::string withdraw_fingerprint(Connection& connection, const Engine& engine) {
    const std::string recorded = read_meta(connection, engine, key).value_or("");
    if (!recorded.empty()) write_meta(connection, engine, key, "");
    return recorded;
}

void restore_fingerprint(Connection& connection, const Engine& engine, const std::string& value) {
    if (!value.empty()) write_meta(connection, engine, key, value);
}

}  // namespace keel
