#include "base/tree_state.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace keel {
namespace {

constexpr int deepest = 16;

struct CloseFolder {
    void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

std::int64_t nanoseconds(const timespec& time) noexcept {
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

class Walk {
  public:
    /// Takes `descriptor` over. False: this tree has no state that could be relied on.
    bool visit(int descriptor, const std::string& prefix, int depth) {
        const std::unique_ptr<DIR, CloseFolder> folder(::fdopendir(descriptor));
        if (!folder) {
            ::close(descriptor);
            return false;
        }
        while (const dirent* entry = ::readdir(folder.get()))
            if (entry->d_name[0] != '.' && !add(descriptor, *entry, prefix, depth)) return false;
        return true;
    }

    TreeState state() const noexcept { return state_; }

  private:
    bool add(int folder, const dirent& entry, const std::string& prefix, int depth) {
        struct stat status{};
        if (::fstatat(folder, entry.d_name, &status, 0) != 0) return false;
        const std::string name = prefix + entry.d_name;
        if (!S_ISDIR(status.st_mode)) {
            note(name, status);
            return S_ISREG(status.st_mode);
        }
        if (entry.d_type == DT_LNK || depth == deepest) return false;
        const int inner = ::openat(folder, entry.d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return inner >= 0 && visit(inner, name + '/', depth + 1);
    }

    void note(std::string_view name, const struct stat& status) {
        const std::array<std::int64_t, 5> facts{
            static_cast<std::int64_t>(status.st_dev), static_cast<std::int64_t>(status.st_ino),
            static_cast<std::int64_t>(status.st_size), nanoseconds(status.st_mtim),
            nanoseconds(status.st_ctim)};
        record_.assign(name);
        record_.append(1, '\0');
        record_.append(reinterpret_cast<const char*>(facts.data()), sizeof facts);
        const Fingerprint found = fast_fingerprint(as_bytes(record_));
        state_.fingerprint.low += found.low;
        state_.fingerprint.high += found.high;
        state_.newest_change = std::max(state_.newest_change, facts[4]);
    }

    TreeState state_;
    std::string record_;
};

}  // namespace

std::optional<TreeState> tree_state(const std::filesystem::path& folder) noexcept {
    try {
        const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (descriptor < 0) return std::nullopt;
        Walk walk;
        return walk.visit(descriptor, {}, 0) ? std::optional(walk.state()) : std::nullopt;
    } catch (...) {
        return std::nullopt;  // out of memory: whoever reads the files will say so
    }
}

}  // namespace keel
