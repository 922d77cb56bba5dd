#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/connection.hpp"
#include "engines/sqlite/dump.hpp"
#include "engines/sqlite/private_files.hpp"
#include "engines/sqlite/schema_pages.hpp"
#include "engines/sqlite/schema_tools.hpp"

namespace keel::sqlite {
namespace {

constexpr std::size_t header_size = 100;

/// A pass over the file each; more are only wanted where a schema lies scattered backwards.
constexpr int most_passes = 1000;

std::size_t page_size_of(std::span<const std::byte> header) {
    const auto high = std::to_integer<std::size_t>(header[16]);
    const auto size = high << 8 | std::to_integer<std::size_t>(header[17]);
    return size == 1 ? 65536 : size;
}

/// A file with the pages that hold the schema, and holes for the rest.
class SchemaFile {
  public:
    explicit SchemaFile(std::filesystem::path path)
        : path_(std::move(path)), file_(create_private_file(path_)) {}
    ~SchemaFile() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    SchemaFile(const SchemaFile&) = delete;
    SchemaFile& operator=(const SchemaFile&) = delete;

    void write(std::uint32_t number, std::span<const std::byte> page) {
        auto offset = static_cast<off_t>((number - 1) * std::uint64_t{page.size()});
        while (!page.empty()) {
            const auto written = ::pwrite(file_.get(), page.data(), page.size(), offset);
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) throw io_error("write", path_.native());
            page = page.subspan(static_cast<std::size_t>(written));
            offset += written;
        }
    }
    /// As long as its header says that it is.
    void finish(std::uint64_t bytes) {
        if (::ftruncate(file_.get(), static_cast<off_t>(bytes)) != 0)
            throw io_error("extend", path_.native());
        file_.close(path_.native());
    }
    const std::filesystem::path& path() const noexcept { return path_; }

  private:
    std::filesystem::path path_;
    FileDescriptor file_;
};

class PageStream {
  public:
    PageStream(StreamReader& streams, const Context& context)
        : source_(streams.open("database")), context_(context) {}

    /// The next page, until the end.
    std::span<const std::byte> next() {
        context_.check_cancelled("reading the schema");
        if (number_ == 0) {
            page_.resize(header_size);
            if (fill(0) < header_size) return {};
            page_.resize(std::max(page_size_of(page_), header_size));
            if (fill(header_size) < page_.size()) return {};
        } else if (fill(0) < page_.size()) {
            return {};
        }
        ++number_;
        return page_;
    }
    std::uint32_t number() const noexcept { return number_; }

  private:
    std::size_t fill(std::size_t at) {
        while (at < page_.size()) {
            const auto got = source_->read(std::span(page_).subspan(at));
            if (got == 0) break;
            at += got;
        }
        return at;
    }

    std::unique_ptr<ByteSource> source_;
    const Context& context_;
    std::vector<std::byte> page_;
    std::uint32_t number_ = 0;
};

/// Its own files would be looked for beside a database with a write-ahead log.
void make_plain(std::vector<std::byte>& first_page) {
    constexpr std::size_t write_version = 18;
    constexpr std::size_t read_version = 19;
    first_page[write_version] = first_page[read_version] = std::byte{1};
}

/// Reads no further than the schema reaches, which is a few pages of the whole.
void copy_schema(StreamReader& streams, SchemaFile& file, const Context& context) {
    SchemaPages pages;
    for (int pass = 0; pass < most_passes && !pages.is_complete(); ++pass) {
        PageStream stream(streams, context);
        while (!pages.is_complete()) {
            const auto page = stream.next();
            if (page.empty()) break;
            if (!pages.wants(stream.number())) continue;
            pages.see(stream.number(), page);
            std::vector<std::byte> copy(page.begin(), page.end());
            if (stream.number() == 1) make_plain(copy);
            file.write(stream.number(), copy);
        }
    }
    if (!pages.is_complete())
        throw Error(ErrorKind::integrity, "pages of the schema are missing in the backup")
            .with_hint("look for the damage with: keel backup verify");
}

}  // namespace

SchemaModel SqliteDumper::read_schema(const DumpContent& content, StreamReader& streams,
                                      const DumpedSchemaOptions& options,
                                      const Context& context) const {
    if (content.engine != EngineKind::sqlite)
        throw Error(ErrorKind::unsupported, "the backup is not of an SQLite database");
    const auto bytes = static_cast<std::uint64_t>(content.details.integer_or("bytes", 0));
    if (bytes == 0) return {};
    create_directories_durably(options.folder);
    SchemaFile file(options.folder / "schema.db");
    copy_schema(streams, file, context);
    file.finish(bytes);
    SqliteConnection connection(private_file(file.path()));
    return SqliteSchemaTools().read(connection);
}

}  // namespace keel::sqlite
