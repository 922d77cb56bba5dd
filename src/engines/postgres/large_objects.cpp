#include "engines/postgres/large_objects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "db/transaction.hpp"
#include "engines/postgres/catalog_session.hpp"
#include "engines/postgres/sql.hpp"

namespace keel::postgres {
namespace {

constexpr std::int64_t piece_size = std::int64_t{1} << 20;
constexpr std::uint32_t longest_record = std::uint32_t{64} << 20;
// Objects made in one transaction.
constexpr int objects_at_once = 500;

std::array<std::byte, 4> big_endian(std::uint32_t number) {
    return {static_cast<std::byte>(number >> 24), static_cast<std::byte>(number >> 16),
            static_cast<std::byte>(number >> 8), static_cast<std::byte>(number)};
}

struct Listed {
    std::int64_t oid = 0;
    std::string owner_statement;
    std::string grant_statements;
};

std::vector<Listed> list_after(Connection& connection, std::int64_t oid) {
    std::vector<Listed> objects;
    CatalogSession session(connection);
    const std::vector<Value> params = {oid};
    session.connection().query(sql::dump_large_objects, params, [&](const Row& row) {
        objects.push_back({row.integer(0), row.string(1), row.string(2)});
    });
    return objects;
}

class Writer {
  public:
    Writer(Connection& connection, ByteSink& sink, bool has_contents)
        : connection_(connection), sink_(sink), has_contents_(has_contents) {}

    void write(const Listed& object) {
        const auto oid = big_endian(static_cast<std::uint32_t>(object.oid));
        put('O', oid);
        digest_.add(oid);
        for (std::int64_t offset = 0; has_contents_; offset += piece_size) {
            const Blob piece = read(object.oid, offset);
            if (piece.empty()) break;
            add_to_digest(object.oid, offset, piece);
            put_with_length('D', piece);
        }
        put_with_length('S', as_bytes(object.owner_statement));
        for (const auto& grant : split(object.grant_statements, ';')) {
            if (!grant.empty()) put_with_length('S', as_bytes(grant));
        }
    }

    const RowDigest& digest() const noexcept { return digest_; }

  private:
    Blob read(std::int64_t oid, std::int64_t offset) {
        Blob piece;
        const std::vector<Value> params = {oid, offset, piece_size};
        connection_.query("select pg_catalog.lo_get($1::pg_catalog.oid, $2, $3)", params,
                          [&](const Row& row) { piece = std::get<Blob>(row.value(0)); });
        return piece;
    }

    void add_to_digest(std::int64_t oid, std::int64_t offset, const Blob& piece) {
        std::string row = fmt::format("{} {} ", oid, offset);
        row += as_text(piece);
        digest_.add(as_bytes(row));
    }

    void put(char kind, std::span<const std::byte> bytes) {
        sink_.write(as_bytes(std::string_view(&kind, 1)));
        sink_.write(bytes);
    }
    void put_with_length(char kind, std::span<const std::byte> bytes) {
        put(kind, big_endian(static_cast<std::uint32_t>(bytes.size())));
        sink_.write(bytes);
    }

    Connection& connection_;
    ByteSink& sink_;
    bool has_contents_;
    RowDigest digest_;
};

class Reader {
  public:
    Reader(Connection& connection, ByteSource& source) : connection_(connection), source_(source) {}

    /// One record; false at the end.
    bool read_one() {
        std::array<std::byte, 1> kind{};
        if (!fill(kind, true)) return false;
        const auto letter = static_cast<char>(kind[0]);
        if (letter == 'O')
            begin_object(read_number());
        else if (letter == 'D')
            put_piece(read_blob());
        else if (letter == 'S')
            connection_.execute(as_text(read_blob()));
        else
            throw Error(ErrorKind::integrity, "the large objects are not in the form expected");
        is_boundary_ = letter == 'S';
        return true;
    }

    int objects() const noexcept { return objects_; }
    bool is_boundary() const noexcept { return is_boundary_; }

  private:
    bool fill(std::span<std::byte> buffer, bool may_end) {
        std::size_t done = 0;
        while (done < buffer.size()) {
            const auto got = source_.read(buffer.subspan(done));
            if (got == 0 && done == 0 && may_end) return false;
            if (got == 0) throw Error(ErrorKind::integrity, "the large objects end too early");
            done += got;
        }
        return true;
    }

    std::uint32_t read_number() {
        std::array<std::byte, 4> bytes{};
        fill(bytes, false);
        std::uint32_t number = 0;
        for (const auto byte : bytes) number = number << 8 | static_cast<std::uint32_t>(byte);
        return number;
    }

    Blob read_blob() {
        const auto size = read_number();
        if (size > longest_record)
            throw Error(ErrorKind::integrity, "a piece of a large object is longer than possible");
        Blob blob(size);
        fill(blob, false);
        return blob;
    }

    /// pg_dump's schema section may have made it already, empty.
    void begin_object(std::uint32_t oid) {
        oid_ = oid;
        offset_ = 0;
        ++objects_;
        const std::vector<Value> params = {oid_};
        connection_.query_text(
            "select pg_catalog.lo_create($1::pg_catalog.oid) where not exists (select from "
            "pg_catalog.pg_largeobject_metadata m where m.oid = $1::pg_catalog.oid)",
            params);
    }

    void put_piece(Blob piece) {
        const auto size = static_cast<std::int64_t>(piece.size());
        const std::vector<Value> params = {oid_, offset_, std::move(piece)};
        connection_.query_text("select pg_catalog.lo_put($1::pg_catalog.oid, $2, $3)", params);
        offset_ += size;
    }

    Connection& connection_;
    ByteSource& source_;
    std::int64_t oid_ = 0;
    std::int64_t offset_ = 0;
    int objects_ = 0;
    bool is_boundary_ = true;
};

}  // namespace

RowDigest dump_large_objects(Connection& connection, ByteSink& sink, const Context& context,
                             bool has_contents) {
    Writer writer(connection, sink, has_contents);
    auto objects = list_after(connection, 0);
    while (!objects.empty()) {
        for (const auto& object : objects) {
            context.check_cancelled("reading large objects");
            writer.write(object);
        }
        objects = list_after(connection, objects.back().oid);
    }
    return writer.digest();
}

void load_large_objects(Connection& connection, ByteSource& source, const Context& context) {
    Reader reader(connection, source);
    for (bool more = true; more;) {
        context.check_cancelled("writing large objects");
        Transaction transaction(connection);
        const int enough = reader.objects() + objects_at_once;
        while (more && (reader.objects() < enough || !reader.is_boundary()))
            more = reader.read_one();
        transaction.commit();
    }
}

}  // namespace keel::postgres
