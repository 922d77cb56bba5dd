#include "engines/postgres/copy.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "engines/postgres/quote.hpp"

namespace keel::postgres {
namespace {

constexpr std::string_view binary_signature{"PGCOPY\n\377\r\n\0", 11};
constexpr std::size_t binary_header_size = binary_signature.size() + 4 + 4;
constexpr std::string_view binary_trailer{"\377\377", 2};
constexpr std::size_t flush_size = std::size_t{64} << 10;

std::string columns_of(const CopySpec& spec) {
    std::string list;
    for (const auto& column : spec.columns)
        list += (list.empty() ? " (" : ", ") + quote_identifier(column);
    return list.empty() ? list : list + ")";
}

std::string_view format_of(const CopySpec& spec) {
    return spec.format == CopyFormat::binary ? "binary" : "text";
}

/// Sends the COPY statement and waits for the server to say that it goes ahead. What follows is
/// the source's or the sink's to read.
void start_copy(Wire& wire, const std::string& sql, ExecStatusType expected) {
    wire.send(sql, {});
    Running running(wire);
    const auto result = wire.next();
    const auto status = result == nullptr ? PGRES_EMPTY_QUERY : libpq().result_status(result.get());
    if (status == PGRES_FATAL_ERROR) throw wire.error(*result, sql);
    if (status != expected)
        throw Error(ErrorKind::internal, fmt::format("the server did not begin: {}", sql));
    running.keep();
}

/// Reads the end of a COPY: the number of rows, or what went wrong.
std::uint64_t end_copy(Wire& wire, std::string_view sql) {
    std::uint64_t rows = 0;
    std::optional<Error> failure;
    for (auto result = wire.next(); result != nullptr; result = wire.next()) {
        const bool is_failure = libpq().result_status(result.get()) == PGRES_FATAL_ERROR;
        if (is_failure && !failure) failure = wire.error(*result, sql);
        if (!is_failure) rows = parse_unsigned(libpq().cmd_tuples(result.get())).value_or(rows);
    }
    if (failure) throw std::move(*failure);
    return rows;
}

class CopySource final : public RowSource {
  public:
    CopySource(std::shared_ptr<Wire> wire, std::string sql, bool binary)
        : wire_(std::move(wire)), sql_(std::move(sql)), is_header_due_(binary), binary_(binary) {}
    ~CopySource() override {
        if (!finished_) wire_->abandon();
    }

    std::span<const std::byte> next() override {
        while (!finished_) {
            int length = 0;
            row_ = wire_->copy_data(length);
            if (row_ == nullptr) return finish();
            const auto row = payload({row_.get(), static_cast<std::size_t>(length)});
            if (!row.empty()) return as_bytes(row);
        }
        return {};
    }

  private:
    std::span<const std::byte> finish() {
        finished_ = true;
        end_copy(*wire_, sql_);
        return {};
    }

    // The server sends one row in each message; in the binary form the header comes before the
    // first of them and the trailer in one of its own.
    std::string_view payload(std::string_view message) {
        if (is_header_due_) {
            is_header_due_ = false;
            if (!message.starts_with(binary_signature) || message.size() < binary_header_size)
                throw Error(ErrorKind::internal, "COPY began without its signature");
            message.remove_prefix(binary_header_size);
        }
        return binary_ && message == binary_trailer ? std::string_view() : message;
    }

    std::shared_ptr<Wire> wire_;
    std::string sql_;
    MemoryHandle row_;
    bool is_header_due_;
    bool binary_;
    bool finished_ = false;
};

/// "COPY people, line 3, column age: …" in the server's context.
std::string row_in_context(const Error& error) {
    const std::string_view context = error.sql() ? std::string_view(error.sql()->detail) : "";
    const auto at = context.find(", line ");
    if (at == std::string_view::npos) return "";
    const auto digits = context.substr(at + 7);
    return std::string(digits.substr(0, digits.find_first_not_of("0123456789")));
}

class CopySink final : public RowSink {
  public:
    CopySink(std::shared_ptr<Wire> wire, std::string sql, bool binary)
        : wire_(std::move(wire)), sql_(std::move(sql)), binary_(binary) {
        waiting_.reserve(flush_size);
        if (!binary_) return;
        add(as_bytes(binary_signature));
        add(std::array<std::byte, 8>{});
    }
    ~CopySink() override {
        if (!finished_) wire_->abandon();
    }

    void put(std::span<const std::byte> row) override {
        if (row.empty()) return;
        if (waiting_.size() + row.size() > flush_size) send(waiting_);
        if (row.size() > flush_size) return send(row);
        add(row);
    }

    std::uint64_t finish() override {
        finished_ = true;
        const Running running(*wire_);
        if (binary_) add(as_bytes(binary_trailer));
        send(waiting_);
        wire_->end_copy_in(nullptr);
        try {
            return end_copy(*wire_, sql_);
        } catch (Error& error) {
            const auto row = row_in_context(error);
            if (!row.empty()) error.add_trail(fmt::format("row {}", row));
            throw;
        }
    }

  private:
    /// Many rows at once: both sides spend more on a message than on a narrow row.
    void add(std::span<const std::byte> bytes) {
        waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
    }
    void send(std::span<const std::byte> bytes) {
        if (!bytes.empty()) wire_->put_copy_data(bytes);
        wire_->flush();
        waiting_.clear();
    }

    std::shared_ptr<Wire> wire_;
    std::string sql_;
    std::vector<std::byte> waiting_;
    bool binary_;
    bool finished_ = false;
};

}  // namespace

std::string copy_out_statement(const CopySpec& spec) {
    // The line end closes a comment at the end of the query.
    const std::string source = spec.query.empty()
                                   ? quote_name(spec.schema, spec.table) + columns_of(spec)
                                   : "(" + spec.query + "\n)";
    return fmt::format("copy {} to stdout (format {})", source, format_of(spec));
}

std::string copy_in_statement(const CopySpec& spec) {
    return fmt::format("copy {}{} from stdin (format {}{})", quote_name(spec.schema, spec.table),
                       columns_of(spec), format_of(spec), spec.freeze ? ", freeze true" : "");
}

std::unique_ptr<RowSource> open_copy_out(std::shared_ptr<Wire> wire, const CopySpec& spec) {
    auto sql = copy_out_statement(spec);
    start_copy(*wire, sql, PGRES_COPY_OUT);
    return std::make_unique<CopySource>(std::move(wire), std::move(sql),
                                        spec.format == CopyFormat::binary);
}

std::unique_ptr<RowSink> open_copy_in(std::shared_ptr<Wire> wire, const CopySpec& spec) {
    auto sql = copy_in_statement(spec);
    start_copy(*wire, sql, PGRES_COPY_IN);
    return std::make_unique<CopySink>(std::move(wire), std::move(sql),
                                      spec.format == CopyFormat::binary);
}

void put_copy_block(Wire& wire, std::string_view data) {
    while (!data.empty()) {
        const auto piece = data.substr(0, flush_size);
        wire.put_copy_data(as_bytes(piece));
        wire.flush();
        data.remove_prefix(piece.size());
    }
    wire.end_copy_in(nullptr);
}

}  // namespace keel::postgres
