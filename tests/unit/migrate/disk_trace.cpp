#include "disk_trace.hpp"

#include <algorithm>
#include <fstream>
#include <set>

#include "base/file.hpp"

namespace keel::test {
namespace {

using Kind = DiskOperation::Kind;

constexpr std::size_t sector = 512;

/// A file: what is on the medium, and what is not for sure.
struct Inode {
    Bytes durable;
    std::vector<const DiskOperation*> pending;
    bool names_with_sync = false;
};
using Names = std::map<std::string, std::shared_ptr<Inode>>;

void carry_out(const DiskOperation& operation, Bytes& bytes) {
    const auto offset = static_cast<std::size_t>(operation.offset);
    if (operation.kind == Kind::truncate) return bytes.resize(std::min(bytes.size(), offset));
    bytes.resize(std::max(bytes.size(), offset + operation.data.size()));
    std::ranges::copy(operation.data, bytes.begin() + operation.offset);
}

/// Of each sector the old, the new, or neither.
void carry_out_torn(const DiskOperation& operation, Bytes& bytes, std::mt19937& random) {
    if (operation.kind == Kind::truncate) return carry_out(operation, bytes);
    for (std::size_t at = 0; at < operation.data.size(); at += sector) {
        const std::size_t length = std::min(sector, operation.data.size() - at);
        const auto fate = random() % 4;
        if (fate == 0) continue;
        DiskOperation part{
            .kind = Kind::write,
            .file = {},
            .offset = operation.offset + static_cast<std::int64_t>(at),
            .data = Bytes(operation.data.begin() + static_cast<std::ptrdiff_t>(at),
                          operation.data.begin() + static_cast<std::ptrdiff_t>(at + length))};
        if (fate == 1)
            for (std::byte& byte : part.data) byte = static_cast<std::byte>(random());
        carry_out(part, bytes);
    }
}

Bytes content_after(const Inode& inode, PowerCut::Unsynced unsynced, std::mt19937& random) {
    using Unsynced = PowerCut::Unsynced;
    Bytes bytes = inode.durable;
    if (unsynced == Unsynced::lost) return bytes;
    for (const DiskOperation* operation : inode.pending) {
        if (unsynced != Unsynced::kept && random() % 2 == 0) continue;
        if (unsynced == Unsynced::torn)
            carry_out_torn(*operation, bytes, random);
        else
            carry_out(*operation, bytes);
    }
    return bytes;
}

/// The disk up to the cut.
class Disk {
  public:
    explicit Disk(const std::map<std::string, Bytes>& beginning) {
        for (const auto& [name, bytes] : beginning)
            live_[name] = durable_[name] = std::make_shared<Inode>(Inode{bytes, {}, true});
    }

    void run(const DiskOperation& operation, bool is_lying) {
        switch (operation.kind) {
            case Kind::create: {
                auto& inode = live_[operation.file];
                if (!inode) inode = std::make_shared<Inode>();
                inode->names_with_sync |= operation.durable_name;
                return;
            }
            case Kind::write:
            case Kind::truncate:
                return live_.at(operation.file)->pending.push_back(&operation);
            case Kind::sync:
                return is_lying ? void() : sync(operation.file);
            case Kind::remove:
                live_.erase(operation.file);
                if (operation.durable_name && !is_lying) durable_.erase(operation.file);
                return;
        }
    }

    void write(const PowerCut& cut, const std::filesystem::path& folder) const {
        std::mt19937 random(cut.seed);
        std::set<std::string> names;
        for (const auto& [name, inode] : live_) names.insert(name);
        for (const auto& [name, inode] : durable_) names.insert(name);
        for (const std::string& name : names) {
            const auto live = live_.find(name);
            const auto durable = durable_.find(name);
            const bool is_sure =
                live != live_.end() && durable != durable_.end() && live->second == durable->second;
            const bool takes_live = is_sure || cut.unsynced == PowerCut::Unsynced::kept ||
                                    (cut.unsynced != PowerCut::Unsynced::lost && random() % 2 == 0);
            const auto& chosen = takes_live ? live : durable;
            if (chosen == (takes_live ? live_.end() : durable_.end())) continue;
            const Bytes bytes = content_after(*chosen->second, cut.unsynced, random);
            std::ofstream(folder / name, std::ios::binary)
                .write(reinterpret_cast<const char*>(bytes.data()),
                       static_cast<std::streamsize>(bytes.size()));
        }
    }

  private:
    void sync(const std::string& name) {
        const auto& inode = live_.at(name);
        for (const DiskOperation* operation : inode->pending) carry_out(*operation, inode->durable);
        inode->pending.clear();
        if (inode->names_with_sync) durable_[name] = inode;
    }

    Names live_;
    Names durable_;
};

}  // namespace

DiskTrace::DiskTrace(const std::filesystem::path& folder) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().filename().native();
        if (!entry.is_regular_file() || !name.starts_with("world.db") || name.ends_with("-shm"))
            continue;
        const std::string text = read_file(entry.path());
        const auto bytes = std::as_bytes(std::span(text));
        beginning_[name] = Bytes(bytes.begin(), bytes.end());
    }
}

void DiskTrace::write_image(const PowerCut& cut, const std::filesystem::path& folder) const {
    Disk disk(beginning_);
    for (std::size_t i = 0; i < cut.after; ++i) disk.run(operations_[i], cut.is_lying);
    disk.write(cut, folder);
}

}  // namespace keel::test
