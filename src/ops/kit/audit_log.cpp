#include "ops/kit/audit_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/ids.hpp"
#include "base/lock_file.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

constexpr std::uint64_t largest_segment = 64u << 20;  // a limit, and the entry that went over it
constexpr std::string_view current_name = "audit.ndjson";

std::filesystem::path current_segment(const std::filesystem::path& directory) {
    return directory / current_name;
}

/// Closed segments ("audit.000001.ndjson" …) oldest first, then the current one.
std::vector<std::filesystem::path> segments(const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> files;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(directory, none)) {
        const auto name = entry.path().filename().native();
        if (name.starts_with("audit.") && name.ends_with(".ndjson") && name != current_name) {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    if (std::filesystem::exists(current_segment(directory), none)) {
        files.push_back(current_segment(directory));
    }
    return files;
}

/// Writers wait for each other: an append takes a millisecond.
LockFile lock_for_writing(const std::filesystem::path& directory) {
    for (int attempt = 0; attempt < 500; ++attempt) {
        if (auto lock = LockFile::try_acquire(directory / "lock", "keel audit")) {
            return std::move(*lock);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    throw Error(ErrorKind::locked,
                fmt::format("the audit log '{}' stays locked", directory.native()))
        .with_hint("look for another keel process that hangs");
}

std::string hash_of(const Json& entry) {
    Json unhashed = Json::object();
    for (const auto& [key, value] : entry.as_object()) {
        if (key != "hash") unhashed.set(key, value);
    }
    return digest_hex(unhashed.canonical());
}

AuditHead head_of(const Json& entry) {
    return {.log_id = entry.string_or("log", ""),
            .sequence = static_cast<std::uint64_t>(entry.integer_or("seq", 0)),
            .hash = entry.string_or("hash", "")};
}

/// The end of a file that may be large.
struct Tail {
    std::string text;
    std::uint64_t size = 0;  ///< of the whole file
};

Tail read_end(const FileDescriptor& fd, const std::filesystem::path& file, std::uint64_t wanted) {
    const auto size = ::lseek(fd.get(), 0, SEEK_END);
    if (size < 0) throw io_error("read the audit log", file.native());
    Tail tail{.size = static_cast<std::uint64_t>(size)};
    tail.text.resize(std::min(tail.size, wanted));
    const auto start = size - static_cast<off_t>(tail.text.size());
    const auto got = ::pread(fd.get(), tail.text.data(), tail.text.size(), start);
    if (got < 0) throw io_error("read the audit log", file.native());
    tail.text.resize(static_cast<std::size_t>(got));
    return tail;
}

/// Enough of the end to hold the last whole line and what a power cut left behind it. Most entries
/// are short; one that lists thousands of files is not.
Tail read_tail(const std::filesystem::path& file) {
    FileDescriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.is_open()) throw io_error("open the audit log", file.native());
    for (std::uint64_t wanted = 64u << 10;; wanted *= 4) {
        auto tail = read_end(fd, file, wanted);
        if (tail.text.size() == tail.size ||
            std::count(tail.text.begin(), tail.text.end(), '\n') > 1)
            return tail;
    }
}

/// The last whole line. A torn line at the end is what a power cut may leave: it was never
/// acknowledged.
std::string last_line(const std::filesystem::path& file) {
    const auto text = read_tail(file).text;
    const auto end = text.rfind('\n');
    if (end == std::string::npos) return {};
    const auto before = end == 0 ? std::string::npos : text.rfind('\n', end - 1);
    const auto start = before == std::string::npos ? 0 : before + 1;
    return text.substr(start, end - start);
}

std::optional<AuditHead> read_head(const std::filesystem::path& directory) {
    const auto files = segments(directory);
    for (auto file = files.rbegin(); file != files.rend(); ++file) {
        const auto line = last_line(*file);
        if (!line.empty()) return head_of(Json::parse(line));
    }
    return std::nullopt;
}

void rotate_if_large(const std::filesystem::path& directory, const AuditHead& head,
                     std::uint64_t limit) {
    const auto current = current_segment(directory);
    std::error_code none;
    const auto size = std::filesystem::file_size(current, none);
    if (none || size < limit) return;
    std::filesystem::rename(current, directory / fmt::format("audit.{:012}.ndjson", head.sequence));
    sync_directory(directory);
}

/// Cuts off a torn last line, so that the next entry does not become part of it.
void drop_torn_line(int fd, const std::filesystem::path& file) {
    const auto tail = read_tail(file);
    if (tail.text.empty() || tail.text.back() == '\n') return;
    const auto end = tail.text.rfind('\n');
    const auto torn = end == std::string::npos ? tail.text.size() : tail.text.size() - end - 1;
    if (::ftruncate(fd, static_cast<off_t>(tail.size - torn)) != 0) {
        throw io_error("repair the audit log", file.native());
    }
}

void append_line(const std::filesystem::path& directory, const std::string& line) {
    const auto file = current_segment(directory);
    std::error_code none;
    const bool is_new = !std::filesystem::exists(file, none);
    FileDescriptor fd(
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd.is_open()) throw io_error("open the audit log", file.native());
    drop_torn_line(fd.get(), file);
    for (std::string_view rest = line; !rest.empty();) {
        const auto written = ::write(fd.get(), rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw io_error("write to the audit log", file.native());
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(fd.get()) != 0) throw io_error("sync the audit log", file.native());
    fd.close(file.native());
    if (is_new) sync_directory(directory);
}

/// Follows the chain entry by entry; the first break of a kind is what a person needs.
class ChainCheck {
  public:
    explicit ChainCheck(const std::optional<AuditHead>& anchor) : anchor_(anchor) {}

    void check_line(const std::filesystem::path& file, std::uint64_t number,
                    std::string_view line) {
        Json entry;
        try {
            entry = Json::parse(line);
        } catch (const Error& error) {
            problems_.push_back({file.native(), number, error.message()});
            return;
        }
        check_entry(file, number, entry);
    }

    std::vector<AuditProblem> finish(const std::filesystem::path& directory) {
        const auto last = current_segment(directory).native();
        if (anchor_ && anchor_->sequence > previous_.sequence) {
            problems_.push_back({last, lines_,
                                 fmt::format("the log ends at entry {}, but the database remembers "
                                             "entry {}: entries are missing at the end",
                                             previous_.sequence, anchor_->sequence)});
        }
        return std::move(problems_);
    }

  private:
    void check_entry(const std::filesystem::path& file, std::uint64_t number, const Json& entry) {
        const auto head = head_of(entry);
        const auto problem = [&](std::string message) {
            problems_.push_back({file.native(), number, std::move(message)});
        };
        lines_ = number;
        if (head.hash != hash_of(entry)) problem("the entry was changed: its hash does not fit");
        if (entry.string_or("previous", "") != previous_.hash) {
            problem("the chain is broken: an entry before this one was removed or changed");
        } else if (head.sequence != previous_.sequence + 1) {
            problem(fmt::format("entry {} follows entry {}", head.sequence, previous_.sequence));
        }
        if (anchor_ && anchor_->sequence == head.sequence && anchor_->hash != head.hash) {
            problem("the database remembers another entry here: the log was rewritten");
        }
        previous_ = head;
    }

    const std::optional<AuditHead>& anchor_;
    AuditHead previous_;
    std::uint64_t lines_ = 0;
    std::vector<AuditProblem> problems_;
};

void for_each_line(const std::filesystem::path& file,
                   const std::function<void(std::uint64_t, std::string_view)>& each) {
    const auto text = read_file(file, largest_segment);
    std::uint64_t number = 0;
    for (std::string_view rest = text; !rest.empty();) {
        const auto end = rest.find('\n');
        each(++number, rest.substr(0, end));
        if (end == std::string_view::npos) return;
        rest.remove_prefix(end + 1);
    }
}

}  // namespace

AuditLog::AuditLog(std::filesystem::path directory, const Clock& clock, std::uint64_t segment_limit)
    : directory_(std::move(directory)), clock_(clock), segment_limit_(segment_limit) {}

AuditHead AuditLog::append(const Json& entry) {
    create_directories_durably(directory_);
    const auto lock = lock_for_writing(directory_);
    auto head = read_head(directory_).value_or(AuditHead{.log_id = new_uuid()});
    rotate_if_large(directory_, head, segment_limit_);
    Json complete = Json::object();
    complete.set("seq", head.sequence + 1)
        .set("at", format_utc(clock_.now()))
        .set("log", head.log_id);
    for (const auto& [key, value] : entry.as_object()) complete.set(key, value);
    complete.set("previous", head.hash);
    complete.set("hash", hash_of(complete));
    append_line(directory_, complete.dump() + "\n");
    return head_of(complete);
}

std::optional<AuditHead> AuditLog::head() const {
    return read_head(directory_);
}

void AuditLog::read(const std::function<void(const Json&)>& each) const {
    for (const auto& file : segments(directory_)) {
        for_each_line(file, [&](std::uint64_t, std::string_view line) { each(Json::parse(line)); });
    }
}

std::vector<AuditProblem> AuditLog::verify(const std::optional<AuditHead>& anchor) const {
    ChainCheck check(anchor);
    for (const auto& file : segments(directory_)) {
        for_each_line(file, [&](std::uint64_t number, std::string_view line) {
            check.check_line(file, number, line);
        });
    }
    return check.finish(directory_);
}

}  // namespace keel
